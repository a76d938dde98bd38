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

/* What commit says of options before it looks at the system. */
static void
expect_commit (OstreeSysroot *sysroot, OstreeSysrootUnlockOptions *options, int number,
               const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, number);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
  ostree_sysroot_unlock_options_unref (options);
}

static void
options_of_commit (OstreeSysroot *sysroot)
{
  const int invalid = OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT;
  OstreeSysrootUnlockOptions *options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_subject (options, "subject");
  ostree_sysroot_unlock_options_set_body (options, "body");
  ostree_sysroot_unlock_options_add_etc_path (options, "/etc/x");
  ostree_sysroot_unlock_options_set_onto (options, "other");
  ostree_sysroot_unlock_options_add_preference (options, "/", OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT);
  ostree_sysroot_unlock_options_add_preference (options, "/usr", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  ostree_sysroot_unlock_options_set_skip_special (options, TRUE);
  ostree_sysroot_unlock_options_set_repo (options, "/nowhere");
  ostree_sysroot_unlock_options_set_branch (options, "branch");
  ostree_sysroot_unlock_options_add_gpg_key (options, "id");
  ostree_sysroot_unlock_options_set_gpg_home (options, "/nowhere");
  ostree_sysroot_unlock_options_add_sign_key (options, "ed25519", "key");
  ostree_sysroot_unlock_options_set_kept (options, "name");
  ostree_sysroot_unlock_options_set_scratch (options, FALSE);
  ostree_sysroot_unlock_options_set_merge_etc (options, FALSE);
  ostree_sysroot_unlock_options_set_scratch_var (options, FALSE);
  ostree_sysroot_unlock_options_set_record (options, NULL);
  ostree_sysroot_unlock_options_set_for_commit (options, NULL);
  expect_commit (sysroot, options, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, "");

  /* NULL takes back what was set. */
  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_repo (options, "/nowhere");
  ostree_sysroot_unlock_options_set_deploy (options, OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED);
  ostree_sysroot_unlock_options_set_repo (options, NULL);
  ostree_sysroot_unlock_options_set_gpg_home (options, "/nowhere");
  ostree_sysroot_unlock_options_set_gpg_home (options, NULL);
  expect_commit (sysroot, options, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, "");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_deploy (options, (OstreeSysrootUnlockDeploy)-1);
  expect_commit (sysroot, options, invalid, "deploy is -1");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_home (options, (OstreeSysrootUnlockHome)2);
  expect_commit (sysroot, options, invalid, "0 (shared) or 1 (scratch)");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_preference (options, "/", (OstreeSysrootUnlockPrefer)2);
  expect_commit (sysroot, options, invalid, "0 (changes) or 1 (commit)");

  const char *const wrong[] = { NULL, "", "usr" };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      options = ostree_sysroot_unlock_options_new ();
      ostree_sysroot_unlock_options_set_onto (options, "other");
      ostree_sysroot_unlock_options_add_preference (options, wrong[i], OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT);
      expect_commit (sysroot, options, invalid, "is no absolute path");
    }

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_etc_path (options, NULL);
  expect_commit (sysroot, options, invalid, "not in /etc");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_gpg_key (options, NULL);
  expect_commit (sysroot, options, invalid, "a key to sign with is empty");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_sign_key (options, "ed25519", NULL);
  expect_commit (sysroot, options, invalid, "a key to sign with is empty");

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_lazy (options, TRUE);
  expect_commit (sysroot, options, invalid, "`lazy` means nothing here");
}

/* What apply and rollback say of options before they look at the system. */
static void
expect_live (OstreeSysroot *sysroot, OstreeSysrootUnlockOptions *options, int apply, int rollback)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_apply (sysroot, NULL, NULL, options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, apply);
  g_clear_error (&error);
  g_assert_null (ostree_sysroot_unlock_rollback (sysroot, NULL, FALSE, options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, rollback);
  ostree_sysroot_unlock_options_unref (options);
}

static void
options_of_live_commits (OstreeSysroot *sysroot)
{
  const int invalid = OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT;
  const int not_ostree = OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE;
  OstreeSysrootUnlockOptions *options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_dry_run (options, TRUE);
  ostree_sysroot_unlock_options_set_lock_wait (options, 1);
  ostree_sysroot_unlock_options_set_lock_held (options, TRUE);
  ostree_sysroot_unlock_options_add_preference (options, "/", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  expect_live (sysroot, options, not_ostree, not_ostree);

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_allow_broken (options, TRUE);
  ostree_sysroot_unlock_options_set_allow_broken (options, FALSE);
  ostree_sysroot_unlock_options_set_allow_other_system (options, TRUE);
  ostree_sysroot_unlock_options_set_allow_other_system (options, FALSE);
  ostree_sysroot_unlock_options_set_no_pull (options, TRUE);
  ostree_sysroot_unlock_options_set_no_pull (options, FALSE);
  ostree_sysroot_unlock_options_set_only_etc (options, TRUE);
  ostree_sysroot_unlock_options_set_only_etc (options, FALSE);
  ostree_sysroot_unlock_options_set_restart (options, TRUE);
  ostree_sysroot_unlock_options_set_restart (options, FALSE);
  ostree_sysroot_unlock_options_set_allow_replacement (options, TRUE);
  expect_live (sysroot, options, not_ostree, invalid);

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_allow_replacement (options, TRUE);
  ostree_sysroot_unlock_options_set_allow_replacement (options, FALSE);
  expect_live (sysroot, options, not_ostree, not_ostree);

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_preference (options, "usr", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  expect_live (sysroot, options, invalid, invalid);

  options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_lazy (options, TRUE);
  expect_live (sysroot, options, invalid, invalid);
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
  ostree_sysroot_unlock_options_set_only_locked (options, FALSE);
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

  options_of_commit (sysroot);
  options_of_live_commits (sysroot);

  expect_refused (sysroot, 99, NULL, "state is 99");
  expect_refused (sysroot, -1, NULL, "1 (development), 2 (hotfix), 3 (transient)");
  return 0;
}
