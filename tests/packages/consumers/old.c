/* Uses what the first version has, and nothing that came later. */

#include <ostree-unlock.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockDetection) detection = ostree_sysroot_unlock_detect (&error);
  g_print ("%s\n", detection ? ostree_sysroot_unlock_detection_get_message (detection) : error->message);
  return detection ? 0 : 1;
}
