/* Another commit becomes live, and what it means is data; it is taken back, also on another thread. */

#include <ostree-unlock.h>

#define PACKAGE "Package: new\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"

static OstreeSysroot *sysroot;
static const char *booted;

static void
run (const char *script)
{
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { "sh", "-ec", script, NULL };
  int status = -1;
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
expect_content (const char *path, const char *expected)
{
  g_autofree char *content = NULL;
  g_file_get_contents (path, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, expected);
}

static void
begin (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOutcome) ended
      = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The checksum of a commit with these changes of what is deployed. */
static char *
make (const char *branch, const char *script)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_branch (options, branch);
  begin ();
  run (script);
  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  end ();
  return g_strdup (ostree_sysroot_unlock_revision_get_checksum (made));
}

static OstreeSysrootUnlockTransition *
apply (const char *commit, OstreeSysrootUnlockOptions *options)
{
  g_autoptr (GError) error = NULL;
  OstreeSysrootUnlockTransition *done
      = ostree_sysroot_unlock_apply (sysroot, NULL, commit, options, NULL, NULL, &error);
  g_assert_no_error (error);
  return done;
}

static OstreeSysrootUnlockTransition *
rollback (gboolean all, OstreeSysrootUnlockOptions *options)
{
  g_autoptr (GError) error = NULL;
  OstreeSysrootUnlockTransition *done
      = ostree_sysroot_unlock_rollback (sysroot, NULL, all, options, NULL, NULL, &error);
  g_assert_no_error (error);
  return done;
}

static void
expect_refused (const char *commit, int number, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_apply (sysroot, NULL, commit, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, number);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
}

static void
expect (OstreeSysrootUnlockTransition *done, const char *from, const char *to, int state)
{
  g_assert_cmpstr (ostree_sysroot_unlock_transition_get_from (done), ==, from);
  g_assert_cmpstr (ostree_sysroot_unlock_transition_get_to (done), ==, to);
  g_autoptr (OstreeSysrootUnlockOutcome) outcome
      = ostree_sysroot_unlock_transition_get_outcome (done);
  g_assert_cmpint (ostree_sysroot_unlock_outcome_get_state (outcome), ==, state);
}

static OstreeSysrootUnlockHierarchy *
look_at_usr (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOverview) overview
      = ostree_sysroot_unlock_status (sysroot, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) hierarchies = ostree_sysroot_unlock_overview_get_hierarchies (overview);
  g_assert_cmpuint (hierarchies->len, ==, 1);
  return ostree_sysroot_unlock_hierarchy_ref (hierarchies->pdata[0]);
}

static void
expect_live (const char *commit, const char *origin, guint64 rollbacks)
{
  g_autoptr (OstreeSysrootUnlockHierarchy) usr = look_at_usr ();
  g_autoptr (OstreeSysrootUnlockLiveCommit) live
      = ostree_sysroot_unlock_live_commit_ref (ostree_sysroot_unlock_hierarchy_get_live (usr));
  const char *const *layers = ostree_sysroot_unlock_hierarchy_get_layers (usr);
  g_assert_nonnull (layers[0]);
  g_autofree char *made = g_path_get_basename (layers[0]);
  g_assert_cmpstr (made, ==, commit);
  g_assert_null (layers[1]);

  /* It lives on without what it came from. */
  g_clear_pointer (&usr, ostree_sysroot_unlock_hierarchy_unref);
  g_assert_cmpstr (ostree_sysroot_unlock_live_commit_get_checksum (live), ==, commit);
  g_assert_cmpstr (ostree_sysroot_unlock_live_commit_get_origin (live), ==, origin);
  gint64 ago = g_get_real_time () / G_USEC_PER_SEC - ostree_sysroot_unlock_live_commit_get_since (live);
  g_assert_true (ago >= 0 && ago < 600);
  g_assert_cmpuint (ostree_sysroot_unlock_live_commit_get_rollbacks (live), ==, rollbacks);
}

static void
expect_nothing_live (void)
{
  g_autoptr (OstreeSysrootUnlockHierarchy) usr = look_at_usr ();
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_live (usr));
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_layers (usr)[0]);
}

/* Of "next", whether it is live already or would be. */
static void
expect_the_changes (OstreeSysrootUnlockTransition *done)
{
  g_assert_cmpuint (ostree_sysroot_unlock_transition_get_added (done), ==, 2);
  g_assert_cmpuint (ostree_sysroot_unlock_transition_get_removed (done), ==, 0);
  g_assert_cmpuint (ostree_sysroot_unlock_transition_get_changed (done), ==, 2);
  g_assert_true (ostree_sysroot_unlock_transition_is_purely_additive (done));
  g_autoptr (GPtrArray) packages = ostree_sysroot_unlock_transition_get_packages (done);
  g_assert_cmpuint (packages->len, ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_package_difference_get_name (packages->pdata[0]), ==, "new");
  const char *const *etc = ostree_sysroot_unlock_transition_get_etc (done);
  g_assert_cmpstr (etc[0], ==, "/etc/new");
  g_assert_null (etc[1]);
  g_autoptr (GPtrArray) kept = ostree_sysroot_unlock_transition_get_etc_kept (done);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_omission_get_path (kept->pdata[0]), ==, "/etc/issue");
  g_assert_nonnull (strstr (ostree_sysroot_unlock_omission_get_reason (kept->pdata[0]), "changed here"));
  g_assert_cmpstr (ostree_sysroot_unlock_transition_get_kernels (done)[0], ==, NULL);
  g_assert_null (ostree_sysroot_unlock_transition_get_deployment (done));
}

static void
what_adds (const char *next)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_dry_run (options, TRUE);
  g_autoptr (OstreeSysrootUnlockTransition) would = apply ("next", options);
  expect (would, booted, next, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT);
  expect_the_changes (would);
  expect_content ("/usr/lib/new", NULL);
  expect_nothing_live ();

  g_autoptr (OstreeAsyncProgress) progress = ostree_async_progress_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockTransition) done
      = ostree_sysroot_unlock_apply (sysroot, NULL, "next", NULL, progress, NULL, &error);
  g_assert_no_error (error);
  expect (done, booted, next, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT);
  expect_the_changes (done);
  expect_live (next, "next", 1);
  expect_content ("/usr/lib/new", "new\n");
  expect_content ("/etc/new", "new\n");
  expect_content ("/etc/issue", "mine\n");
  g_assert_false (g_file_set_contents ("/usr/lib/mine", "x", -1, NULL));
  g_autofree char *doing = ostree_async_progress_get_status (progress);
  g_assert_nonnull (doing);
  /* Otherwise its source in the main context outlives it. */
  ostree_async_progress_finish (progress);
}

static void
what_replaces (const char *next, const char *other)
{
  expect_refused ("other", OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, "removed tar");
  expect_content ("/usr/lib/new", "new\n");

  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_allow_replacement (options, TRUE);
  g_autoptr (OstreeSysrootUnlockTransition) done = apply (other, options);
  expect (done, next, other, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT);
  g_assert_false (ostree_sysroot_unlock_transition_is_purely_additive (done));
  g_assert_cmpuint (ostree_sysroot_unlock_transition_get_removed (done), ==, 2);
  expect_live (other, NULL, 2);
  expect_content ("/usr/lib/new", NULL);
  expect_content ("/etc/new", NULL);
}

static void
the_way_back (const char *next, const char *other)
{
  g_autoptr (OstreeSysrootUnlockTransition) one = rollback (FALSE, NULL);
  expect (one, other, next, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT);
  expect_live (next, "next", 1);
  expect_content ("/usr/lib/new", "new\n");
  expect_content ("/etc/new", "new\n");
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_allow_replacement (options, TRUE);
  g_autoptr (OstreeSysrootUnlockTransition) again = apply (other, options);
  g_autoptr (OstreeSysrootUnlockTransition) all = rollback (TRUE, NULL);
  expect (all, other, booted, OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  expect_nothing_live ();
  expect_content ("/usr/lib/new", NULL);
  expect_content ("/etc/new", NULL);
  expect_content ("/etc/issue", "mine\n");
}

static void
what_was_written_decides (const char *next)
{
  begin ();
  g_assert_true (g_file_set_contents ("/usr/lib/new", "mine\n", -1, NULL));
  expect_refused ("next", OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT, "/usr/lib/new");
  g_autoptr (GPtrArray) conflicts = ostree_sysroot_unlock_get_last_conflicts ();
  g_assert_cmpuint (conflicts->len, ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_conflict_get_path (conflicts->pdata[0]), ==, "/usr/lib/new");

  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_preference (options, "/usr/lib", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  g_autoptr (OstreeSysrootUnlockTransition) done = apply ("next", options);
  expect (done, booted, next, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  expect_content ("/usr/lib/new", "mine\n");
  g_autoptr (OstreeSysrootUnlockTransition) back = rollback (FALSE, options);
  expect (back, next, booted, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  expect_content ("/usr/lib/new", "mine\n");
  end ();
}

static void
done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (source);
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (result);
}

static void
on_another_thread (const char *next)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  /* What is passed need not stay. */
  char *name = g_strdup ("next");
  ostree_sysroot_unlock_apply_async (sysroot, NULL, name, NULL, NULL, NULL, done, &result);
  memset (name, 'x', strlen (name));
  g_free (name);
  g_autoptr (GAsyncResult) applied = wait_for (&result);
  g_assert_null (ostree_sysroot_unlock_rollback_finish (applied, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_autoptr (OstreeSysrootUnlockTransition) there
      = ostree_sysroot_unlock_apply_finish (applied, &error);
  g_assert_no_error (error);
  expect (there, booted, next, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT);

  ostree_sysroot_unlock_apply_async (sysroot, NULL, "nowhere", NULL, NULL, NULL, done, &result);
  g_autoptr (GAsyncResult) refused = wait_for (&result);
  g_assert_null (ostree_sysroot_unlock_apply_finish (refused, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND);
  g_clear_error (&error);

  ostree_sysroot_unlock_rollback_async (sysroot, NULL, TRUE, NULL, NULL, NULL, done, &result);
  g_autoptr (GAsyncResult) rolled = wait_for (&result);
  g_autoptr (OstreeSysrootUnlockTransition) back
      = ostree_sysroot_unlock_rollback_finish (rolled, &error);
  g_assert_no_error (error);
  expect (back, next, booted, OSTREE_DEPLOYMENT_UNLOCKED_NONE);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  sysroot = ostree_sysroot_new_default ();
  ostree_sysroot_load (sysroot, NULL, &error);
  g_assert_no_error (error);
  booted = ostree_deployment_get_csum (ostree_sysroot_get_booted_deployment (sysroot));

  expect_refused (NULL, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND, "boots next");
  g_assert_null (ostree_sysroot_unlock_rollback (sysroot, NULL, FALSE, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND);

  g_autofree char *next
      = make ("next", "echo new >/usr/lib/new; echo new >/usr/etc/new; echo theirs >/usr/etc/issue;"
                      "printf '" PACKAGE "' >>/usr/share/dpkg/database/status");
  g_autofree char *other = make ("other", "sed -i '/^Package: tar$/,/^$/d' /usr/share/dpkg/database/status");
  run ("echo mine >/etc/issue");
  what_adds (next);
  what_replaces (next, other);
  the_way_back (next, other);
  what_was_written_decides (next);
  on_another_thread (next);
  g_object_unref (sysroot);
  return 0;
}
