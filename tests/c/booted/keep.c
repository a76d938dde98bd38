/* Changes are set aside, listed, put back and forgotten; on another thread, too, and with who and what was in the way. */

#include <glib/gstdio.h>
#include <ostree-unlock.h>

static OstreeSysroot *sysroot;
static GMainLoop *loop;

static void
done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (source);
  *(GAsyncResult **)data = g_object_ref (result);
  g_main_loop_quit (loop);
}

static void
begin (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOutcome) outcome = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOutcome) outcome
      = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GPtrArray *
list (void)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *kept = ostree_sysroot_unlock_keep_list (sysroot, NULL, &error);
  g_assert_no_error (error);
  return kept;
}

static void
save (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_subject (options, "A fix");
  ostree_sysroot_unlock_keep_save_async (sysroot, NULL, "fix", options, NULL, NULL, done, &result);
  g_main_loop_run (loop);
  g_autoptr (OstreeSysrootUnlockTransfer) saved
      = ostree_sysroot_unlock_keep_save_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ostree_sysroot_unlock_transfer_get_changes (saved), ==, 1);

  g_assert_null (ostree_sysroot_unlock_keep_save (sysroot, NULL, "fix", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);

  g_autoptr (GPtrArray) all = list ();
  g_assert_cmpuint (all->len, ==, 1);
  OstreeSysrootUnlockKept *kept = all->pdata[0];
  g_assert_cmpstr (ostree_sysroot_unlock_kept_get_name (kept), ==, "fix");
  g_assert_cmpstr (ostree_sysroot_unlock_kept_get_subject (kept), ==, "A fix");
  g_assert_cmpstr (ostree_sysroot_unlock_kept_get_checksum (kept), ==,
                   ostree_sysroot_unlock_transfer_get_checksum (saved));
  g_assert_cmpstr (ostree_sysroot_unlock_kept_get_base (kept), ==,
                   ostree_deployment_get_csum (ostree_sysroot_get_booted_deployment (sysroot)));
  g_assert_cmpint (ostree_sysroot_unlock_kept_get_state (kept), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_false (ostree_sysroot_unlock_kept_is_from_scratch (kept));
  g_assert_cmpint (ABS (ostree_sysroot_unlock_kept_get_time (kept)
                        - g_get_real_time () / G_USEC_PER_SEC), <=, 60);
}

static void
expect_conflict_on_another_thread (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ostree_sysroot_unlock_keep_restore_async (sysroot, NULL, "fix", NULL, NULL, NULL, done, &result);
  g_main_loop_run (loop);
  g_assert_null (ostree_sysroot_unlock_keep_restore_finish (result, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT);
  g_autoptr (GPtrArray) conflicts = ostree_sysroot_unlock_error_get_conflicts (error);
  g_assert_cmpuint (conflicts->len, ==, 1);
  g_autoptr (GPtrArray) last = ostree_sysroot_unlock_get_last_conflicts ();
  g_assert_cmpuint (last->len, ==, 1);
  g_assert_cmpstr (ostree_sysroot_unlock_conflict_get_path (last->pdata[0]), ==, "/usr/new");
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  loop = g_main_loop_new (NULL, FALSE);
  sysroot = ostree_sysroot_new_default ();
  ostree_sysroot_load (sysroot, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) nothing = list ();
  g_assert_cmpuint (nothing->len, ==, 0);

  begin ();
  g_assert_true (g_file_set_contents ("/usr/new", "text", -1, NULL));
  save ();
  end ();

  g_assert_null (ostree_sysroot_unlock_keep_restore (sysroot, NULL, "fix", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED);
  g_clear_error (&error);

  begin ();
  g_assert_true (g_file_set_contents ("/usr/new", "other", -1, NULL));
  expect_conflict_on_another_thread ();
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_preference (options, "/usr", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  g_autoptr (OstreeSysrootUnlockTransfer) restored
      = ostree_sysroot_unlock_keep_restore (sysroot, NULL, "fix", options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ostree_sysroot_unlock_transfer_get_changes (restored), ==, 1);
  g_assert_null (ostree_sysroot_unlock_transfer_get_checksum (restored));
  g_autoptr (GPtrArray) resolved = ostree_sysroot_unlock_transfer_get_resolved (restored);
  g_assert_cmpuint (resolved->len, ==, 1);
  g_autoptr (GPtrArray) skipped = ostree_sysroot_unlock_transfer_get_skipped (restored);
  g_assert_cmpuint (skipped->len, ==, 0);
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents ("/usr/new", &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "text");

  g_assert_true (ostree_sysroot_unlock_keep_drop (sysroot, "fix", NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (ostree_sysroot_unlock_keep_drop (sysroot, "fix", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND);
  g_autoptr (GPtrArray) gone = list ();
  g_assert_cmpuint (gone->len, ==, 0);
  g_main_loop_unref (loop);
  g_object_unref (sysroot);
  return 0;
}
