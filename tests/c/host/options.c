/* Options can be set, shared and used again; a value that nobody knows is refused where it is used. */

#include <ostree-unlock.h>

static void
expect_refused (OstreeSysroot *sysroot, int state, OstreeSysrootUnlockOptions *options,
                const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_begin (sysroot, NULL, (OstreeDeploymentUnlockedState)state,
                                              options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
}

static void
expect_accepted (OstreeSysroot *sysroot, OstreeSysrootUnlockOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_begin (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT,
                                              options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
}

int
main (void)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new (root);
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();

  ostree_sysroot_unlock_options_set_dry_run (options, TRUE);
  ostree_sysroot_unlock_options_set_lazy (options, FALSE);
  ostree_sysroot_unlock_options_set_usage (options, FALSE);
  ostree_sysroot_unlock_options_set_lock_wait (options, G_MAXUINT);
  ostree_sysroot_unlock_options_set_lock_held (options, 42);
  ostree_sysroot_unlock_options_set_size_limit (options, G_MAXUINT64);
  ostree_sysroot_unlock_options_set_time_limit (options, 60);
  ostree_sysroot_unlock_options_set_after_upgrade (options, FALSE);
  expect_accepted (sysroot, options);

  /* A copy of a boxed value is another reference. */
  OstreeSysrootUnlockOptions *copy = g_boxed_copy (OSTREE_TYPE_SYSROOT_UNLOCK_OPTIONS, options);
  g_assert_true (copy == options);
  ostree_sysroot_unlock_options_set_backing (copy, (OstreeSysrootUnlockBacking)7);
  g_boxed_free (OSTREE_TYPE_SYSROOT_UNLOCK_OPTIONS, copy);
  expect_refused (sysroot, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, "backing is 7");
  expect_refused (sysroot, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, "0 (disk) or 1 (ram)");
  ostree_sysroot_unlock_options_set_backing (options, OSTREE_SYSROOT_UNLOCK_BACKING_RAM);
  expect_accepted (sysroot, options);

  expect_refused (sysroot, 99, NULL, "state is 99");
  expect_refused (sysroot, -1, NULL, "1 (development), 2 (hotfix), 3 (transient)");
  return 0;
}
