/* Uses a function that only the later version has, too. */

#include <ostree-unlock.h>

int
main (void)
{
  g_autoptr (OstreeSysrootUnlockDetection) detection = ostree_sysroot_unlock_detect (NULL);
  return detection && ostree_sysroot_unlock_of_a_later_version () == 1 ? 0 : 1;
}
