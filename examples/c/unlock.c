/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unlocks the booted deployment, writes below /usr, says how it stands, and locks it again.
 *
 *   cc unlock.c -o unlock $(pkg-config --cflags --libs ostree-unlock-1) && ./unlock
 */
#include <ostree-unlock.h>

static gboolean
run (GError **error)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  /* What others wrote would go with the end. */
  ostree_sysroot_unlock_options_set_only_locked (options, TRUE);
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, NULL, NULL, error);
  if (!began)
    return FALSE;
  gboolean written = g_file_set_contents ("/usr/share/hello", "hello\n", -1, error);
  g_autoptr (OstreeSysrootUnlockDetection) now = ostree_sysroot_unlock_detect (NULL);
  g_print ("%s\n", ostree_sysroot_unlock_detection_get_message (now));

  /* Lock it again whatever happened, and say what went wrong first. */
  g_autoptr (OstreeSysrootUnlockOutcome) ended
      = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, written ? error : NULL);
  return written && ended;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  if (!run (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("/usr is as it was before\n");
  return 0;
}
