/* What a commit that is to be live would break, what was done after it became live, and what runs on files of before: all of
 * it is data. */

#include <ostree-unlock.h>
#include <signal.h>

#define BRINGS \
  "echo 'u newcomer - -' >/usr/lib/sysusers.d/newcomer.conf;" \
  "printf '[Unit]\\n[Service\\n' >/usr/lib/systemd/system/bad.service;" \
  "set -- /usr/lib/*/libapt-pkg.so.*; cp $1 /usr/bin/needs; chmod 755 /usr/bin/needs;" \
  "sed -i s/libz.so.1/libz.so.7/ /usr/bin/needs;" \
  "printf x >>/usr/bin/tail"

static OstreeSysroot *sysroot;
static GPid waiting;

/* Something that runs on a file which the commit replaces. */
static void
start_waiting (void)
{
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { "/usr/bin/tail", "-f", "/dev/null", NULL };
  g_spawn_async (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &waiting, &error);
  g_assert_no_error (error);
}

static void
make (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_branch (options, "next");
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  const char *const argv[] = { "sh", "-ec", BRINGS, NULL };
  int status = -1;
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (OstreeSysrootUnlockOutcome) ended
      = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_apply (sysroot, NULL, "next", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "/usr/bin/needs needs libz.so.7"));
  g_assert_nonnull (strstr (error->message, "bad.service:2"));
}

static void
expect_what_is_broken (OstreeSysrootUnlockTransition *transition)
{
  g_autoptr (GPtrArray) missing = ostree_sysroot_unlock_transition_get_missing_libraries (transition);
  g_assert_cmpuint (missing->len, ==, 1);
  OstreeSysrootUnlockMissingLibrary *library = missing->pdata[0];
  g_assert_cmpstr (ostree_sysroot_unlock_missing_library_get_path (library), ==, "/usr/bin/needs");
  g_assert_cmpstr (ostree_sysroot_unlock_missing_library_get_soname (library), ==, "libz.so.7");

  g_autoptr (GPtrArray) malformed = ostree_sysroot_unlock_transition_get_malformed_units (transition);
  g_assert_cmpuint (malformed->len, ==, 1);
  OstreeSysrootUnlockMalformedUnit *unit = malformed->pdata[0];
  g_assert_cmpstr (ostree_sysroot_unlock_malformed_unit_get_path (unit), ==,
                   "/usr/lib/systemd/system/bad.service");
  g_assert_cmpuint (ostree_sysroot_unlock_malformed_unit_get_line (unit), ==, 2);
  g_assert_nonnull (strstr (ostree_sysroot_unlock_malformed_unit_get_why (unit), "section"));
}

static void
expect_the_waiter (OstreeSysrootUnlockTransition *transition)
{
  g_autoptr (GPtrArray) affected = ostree_sysroot_unlock_transition_get_affected (transition);
  g_assert_cmpuint (affected->len, ==, 1);
  OstreeSysrootUnlockAffected *waiter = affected->pdata[0];
  guint uid = 1;
  gsize length = 0;
  g_assert_null (ostree_sysroot_unlock_affected_get_unit (waiter));
  g_assert_true (ostree_sysroot_unlock_affected_get_uid (waiter, &uid));
  g_assert_cmpuint (uid, ==, 0);
  g_assert_true (ostree_sysroot_unlock_affected_get_uid (waiter, NULL));
  const char *const *commands = ostree_sysroot_unlock_affected_get_commands (waiter);
  g_assert_cmpstr (commands[0], ==, "tail");
  g_assert_null (commands[1]);
  const int *pids = ostree_sysroot_unlock_affected_get_pids (waiter, &length);
  g_assert_cmpuint (length, ==, 1);
  g_assert_cmpint (pids[0], ==, waiting);
  g_assert_cmpint (ostree_sysroot_unlock_affected_get_verdict (waiter), ==,
                   OSTREE_SYSROOT_UNLOCK_VERDICT_BY_HAND);
  g_assert_null (ostree_sysroot_unlock_affected_get_why (waiter));

  g_autoptr (GPtrArray) files = ostree_sysroot_unlock_affected_get_files (waiter);
  g_assert_cmpuint (files->len, ==, 1);
  OstreeSysrootUnlockChangedFile *file = files->pdata[0];
  g_assert_cmpstr (ostree_sysroot_unlock_changed_file_get_path (file), ==, "/usr/bin/tail");
  g_assert_cmpint (ostree_sysroot_unlock_changed_file_get_reason (file), ==,
                   OSTREE_SYSROOT_UNLOCK_REASON_PROGRAM);
}

static void
expect_nothing_done (OstreeSysrootUnlockTransition *transition)
{
  g_autoptr (GPtrArray) done = ostree_sysroot_unlock_transition_get_follow_ups (transition);
  g_assert_cmpuint (done->len, ==, 0);
  g_assert_null (ostree_sysroot_unlock_transition_get_users (transition)[0]);
  g_assert_null (ostree_sysroot_unlock_transition_get_groups (transition)[0]);
}

/* Without systemd its programs run, and what only systemd can do is not done. */
static void
expect_what_was_done (OstreeSysrootUnlockTransition *transition)
{
  g_autoptr (GPtrArray) done = ostree_sysroot_unlock_transition_get_follow_ups (transition);
  g_assert_cmpuint (done->len, ==, 2);
  OstreeSysrootUnlockFollowUp *users = done->pdata[0], *units = done->pdata[1];
  g_assert_cmpint (ostree_sysroot_unlock_follow_up_get_step (users), ==,
                   OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_USERS);
  g_assert_null (ostree_sysroot_unlock_follow_up_get_unit (users));
  g_assert_cmpint (ostree_sysroot_unlock_follow_up_get_end (users), ==,
                   OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_DONE);
  g_assert_null (ostree_sysroot_unlock_follow_up_get_why (users));
  g_assert_cmpint (ostree_sysroot_unlock_follow_up_get_step (units), ==,
                   OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_UNIT_FILES);
  g_assert_cmpint (ostree_sysroot_unlock_follow_up_get_end (units), ==,
                   OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_NOT_DONE);
  g_assert_nonnull (strstr (ostree_sysroot_unlock_follow_up_get_why (units), "systemd"));

  const char *const *made = ostree_sysroot_unlock_transition_get_users (transition);
  g_assert_cmpstr (made[0], ==, "newcomer");
  g_assert_null (made[1]);
  made = ostree_sysroot_unlock_transition_get_groups (transition);
  g_assert_cmpstr (made[0], ==, "newcomer");
  g_assert_null (made[1]);

  g_autoptr (GPtrArray) restarted = ostree_sysroot_unlock_transition_get_restarted (transition);
  g_assert_cmpuint (restarted->len, ==, 0);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  sysroot = ostree_sysroot_new_default ();
  start_waiting ();
  make ();
  is_refused ();

  g_autoptr (OstreeSysrootUnlockOptions) dry = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_dry_run (dry, TRUE);
  g_autoptr (OstreeSysrootUnlockTransition) would
      = ostree_sysroot_unlock_apply (sysroot, NULL, "next", dry, NULL, NULL, &error);
  g_assert_no_error (error);
  expect_what_is_broken (would);
  expect_the_waiter (would);
  expect_nothing_done (would);

  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_allow_broken (options, TRUE);
  ostree_sysroot_unlock_options_set_restart (options, TRUE);
  g_autoptr (OstreeSysrootUnlockTransition) done
      = ostree_sysroot_unlock_apply (sysroot, NULL, "next", options, NULL, NULL, &error);
  g_assert_no_error (error);
  expect_what_is_broken (done);
  expect_the_waiter (done);
  expect_what_was_done (done);

  g_autoptr (OstreeSysrootUnlockTransition) back
      = ostree_sysroot_unlock_rollback (sysroot, NULL, FALSE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) missing = ostree_sysroot_unlock_transition_get_missing_libraries (back);
  g_assert_cmpuint (missing->len, ==, 0);
  /* They stay, so there is nobody new. */
  g_assert_null (ostree_sysroot_unlock_transition_get_users (back)[0]);

  kill (waiting, SIGKILL);
  g_spawn_close_pid (waiting);
  g_object_unref (sysroot);
  return 0;
}
