/* A dry run says what would be done, and nothing is done. */

#include <ostree-unlock.h>

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  g_autoptr (GError) error = NULL;
  ostree_sysroot_unlock_options_set_dry_run (options, TRUE);

  g_autoptr (OstreeSysrootUnlockOutcome) would = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ostree_sysroot_unlock_outcome_is_dry_run (would));
  g_assert_cmpint (ostree_sysroot_unlock_outcome_get_state (would), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_cmpuint (g_strv_length ((char **)ostree_sysroot_unlock_outcome_get_steps (would)), >, 1);

  g_autoptr (OstreeSysrootUnlockDetection) now = ostree_sysroot_unlock_detect (&error);
  g_assert_no_error (error);
  g_assert_cmpint (ostree_sysroot_unlock_detection_get_state (now), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  return 0;
}
