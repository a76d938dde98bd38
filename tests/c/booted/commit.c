/* What was written becomes a commit; what both sides changed is data, on the error and, once decided, on the result. */

#include <glib/gstdio.h>
#include <ostree-unlock.h>

static OstreeSysroot *sysroot;

static void
put (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static OstreeSysrootUnlockOptions *
onto (const char *commit)
{
  OstreeSysrootUnlockOptions *options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_onto (options, commit);
  return options;
}

/* A commit that has another /usr/both, and its checksum. */
static char *
commit_of_the_base (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_dry_run (options, TRUE);
  g_autoptr (OstreeSysrootUnlockRevision) would
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (ostree_sysroot_unlock_revision_get_checksum (would));
  g_assert_null (ostree_sysroot_unlock_revision_get_branch (would));

  ostree_sysroot_unlock_options_set_dry_run (options, FALSE);
  ostree_sysroot_unlock_options_set_subject (options, "Subject");
  ostree_sysroot_unlock_options_set_branch (options, "mine");
  g_autoptr (OstreeAsyncProgress) progress = ostree_async_progress_new ();
  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, progress, NULL, &error);
  g_assert_no_error (error);
  OstreeDeployment *booted = ostree_sysroot_get_booted_deployment (sysroot);
  g_assert_cmpstr (ostree_sysroot_unlock_revision_get_parent (made), ==,
                   ostree_deployment_get_csum (booted));
  g_assert_cmpuint (ostree_sysroot_unlock_revision_get_changes (made), ==,
                    ostree_sysroot_unlock_revision_get_changes (would));
  g_assert_cmpuint (ostree_sysroot_unlock_revision_get_changes (made), ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_revision_get_branch (made), ==, "mine");
  g_assert_null (ostree_sysroot_unlock_revision_get_deployment (made));
  g_autoptr (GPtrArray) skipped = ostree_sysroot_unlock_revision_get_skipped (made);
  g_autoptr (GPtrArray) resolved = ostree_sysroot_unlock_revision_get_resolved (made);
  g_assert_cmpuint (skipped->len + resolved->len, ==, 0);
  g_assert_nonnull (ostree_sysroot_unlock_revision_get_notes (made));
  g_autofree char *doing = ostree_async_progress_get_status (progress);
  g_assert_nonnull (doing);

  g_autofree char *leads_to = NULL;
  ostree_repo_resolve_rev (ostree_sysroot_repo (sysroot), "mine", FALSE, &leads_to, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (leads_to, ==, ostree_sysroot_unlock_revision_get_checksum (made));
  return g_steal_pointer (&leads_to);
}

static void
expect_the_conflict (OstreeSysrootUnlockConflict *conflict)
{
  g_assert_cmpstr (ostree_sysroot_unlock_conflict_get_path (conflict), ==, "/usr/both");
  g_assert_cmpstr (ostree_sysroot_unlock_conflict_get_cause (conflict), ==, "made on both sides");
  g_assert_null (ostree_sysroot_unlock_conflict_get_base (conflict));
  OstreeSysrootUnlockSide *changes = ostree_sysroot_unlock_conflict_get_changes (conflict);
  OstreeSysrootUnlockSide *commit = ostree_sysroot_unlock_conflict_get_commit (conflict);
  g_assert_cmpuint (ostree_sysroot_unlock_side_get_size (changes), ==, strlen ("theirs, longer"));
  g_assert_cmpuint (ostree_sysroot_unlock_side_get_size (commit), ==, strlen ("ours"));
  g_assert_cmpint (ostree_sysroot_unlock_side_get_file_type (commit), ==,
                   OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR);
}

static void
expect_undecided (GPtrArray *conflicts, const char *message)
{
  OstreeSysrootUnlockPrefer taken = OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT;
  g_assert_cmpuint (conflicts->len, ==, 1);
  expect_the_conflict (conflicts->pdata[0]);
  g_assert_false (ostree_sysroot_unlock_conflict_get_taken (conflicts->pdata[0], &taken));
  g_assert_cmpint (taken, ==, OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  g_assert_nonnull (strstr (message, ostree_sysroot_unlock_conflict_get_sentence (conflicts->pdata[0])));
  g_ptr_array_unref (conflicts);
}

static void
conflict_is_data (const char *other)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = onto (other);
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT);
  g_autoptr (GError) copy = g_error_copy (error);
  g_autofree char *message = g_strdup (error->message);
  g_clear_error (&error);
  expect_undecided (ostree_sysroot_unlock_error_get_conflicts (copy), message);
  expect_undecided (ostree_sysroot_unlock_get_last_conflicts (), message);

  /* Another failure has none. */
  g_assert_null (ostree_sysroot_unlock_commit (NULL, NULL, NULL, NULL, NULL, NULL));
  g_autoptr (GPtrArray) none = ostree_sysroot_unlock_get_last_conflicts ();
  g_assert_cmpuint (none->len, ==, 0);
}

static void
decided (const char *other, OstreeSysrootUnlockPrefer prefer)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = onto (other);
  g_autoptr (GError) error = NULL;
  ostree_sysroot_unlock_options_add_preference (options, "/", !prefer);
  ostree_sysroot_unlock_options_add_preference (options, "/usr/both", prefer);
  ostree_sysroot_unlock_options_set_deploy (options, OSTREE_SYSROOT_UNLOCK_DEPLOY_NOW);
  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ostree_sysroot_unlock_revision_get_parent (made), ==, other);
  const char *checksum = ostree_sysroot_unlock_revision_get_checksum (made);
  g_assert_true (g_str_has_prefix (ostree_sysroot_unlock_revision_get_deployment (made), checksum));
  g_assert_null (ostree_sysroot_unlock_revision_get_branch (made));
  g_autoptr (GPtrArray) resolved = ostree_sysroot_unlock_revision_get_resolved (made);
  g_assert_cmpuint (resolved->len, ==, 1);
  OstreeSysrootUnlockPrefer taken = !prefer;
  g_assert_true (ostree_sysroot_unlock_conflict_get_taken (resolved->pdata[0], &taken));
  g_assert_cmpint (taken, ==, prefer);
  expect_the_conflict (resolved->pdata[0]);

  ostree_sysroot_load_if_changed (sysroot, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) deployments = ostree_sysroot_get_deployments (sysroot);
  g_assert_cmpstr (ostree_deployment_get_csum (deployments->pdata[0]), ==, checksum);
}

static void
what_cannot_be_in_a_commit (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (mkfifo ("/usr/fifo", 0600), ==, 0);
  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_skip_special (options, TRUE);
  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) skipped = ostree_sysroot_unlock_revision_get_skipped (made);
  g_assert_cmpuint (skipped->len, ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_omission_get_path (skipped->pdata[0]), ==, "/usr/fifo");
  g_assert_nonnull (strstr (ostree_sysroot_unlock_omission_get_reason (skipped->pdata[0]), "pipe"));
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  sysroot = ostree_sysroot_new_default ();
  ostree_sysroot_load (sysroot, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED);
  g_clear_error (&error);
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  put ("/usr/both", "ours");
  g_autofree char *other = commit_of_the_base ();
  put ("/usr/both", "theirs, longer");
  put ("/usr/alone", "x");
  conflict_is_data (other);
  decided (other, OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT);
  decided (other, OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  what_cannot_be_in_a_commit ();
  g_object_unref (sysroot);
  return 0;
}
