/* begin and end on another thread: the result comes by the main loop, and so does every error. */

#include <ostree-unlock.h>

typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} Waiting;

static void
done (GObject *source, GAsyncResult *result, gpointer data)
{
  Waiting *waiting = data;
  g_assert_null (source);
  waiting->result = g_object_ref (result);
  g_main_loop_quit (waiting->loop);
}

static GAsyncResult *
wait_for (Waiting *waiting)
{
  g_main_loop_run (waiting->loop);
  return g_steal_pointer (&waiting->result);
}

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  Waiting waiting = { loop, NULL };
  GError *error = NULL;

  ostree_sysroot_unlock_begin_async (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL,
                                     NULL, done, &waiting);
  g_autoptr (GAsyncResult) begun = wait_for (&waiting);
  g_assert_null (ostree_sysroot_unlock_end_finish (begun, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_autoptr (OstreeSysrootUnlockOutcome) outcome
      = ostree_sysroot_unlock_begin_finish (begun, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ostree_sysroot_unlock_outcome_get_state (outcome), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_true (g_file_set_contents ("/usr/new", "new", -1, NULL));

  /* Refused, with who is in the way. */
  g_autoptr (GFileOutputStream) writer = NULL;
  g_autoptr (GFile) file = g_file_new_for_path ("/usr/open");
  writer = g_file_create (file, G_FILE_CREATE_NONE, NULL, &error);
  g_assert_no_error (error);
  ostree_sysroot_unlock_end_async (sysroot, NULL, NULL, NULL, NULL, done, &waiting);
  g_autoptr (GAsyncResult) refused = wait_for (&waiting);
  g_assert_null (ostree_sysroot_unlock_end_finish (refused, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE);
  g_autoptr (GPtrArray) holders = ostree_sysroot_unlock_error_get_holders (error);
  g_assert_cmpuint (holders->len, >=, 1);
  g_clear_error (&error);
  g_output_stream_close (G_OUTPUT_STREAM (writer), NULL, &error);
  g_assert_no_error (error);

  g_cancellable_cancel (cancelled);
  ostree_sysroot_unlock_end_async (sysroot, NULL, NULL, NULL, cancelled, done, &waiting);
  g_autoptr (GAsyncResult) stopped = wait_for (&waiting);
  g_assert_null (ostree_sysroot_unlock_end_finish (stopped, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (g_file_test ("/usr/new", G_FILE_TEST_EXISTS));

  /* An error in the arguments has no other way either. */
  ostree_sysroot_unlock_end_async (NULL, NULL, NULL, NULL, NULL, done, &waiting);
  g_autoptr (GAsyncResult) wrong = wait_for (&waiting);
  g_assert_null (ostree_sysroot_unlock_end_finish (wrong, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  /* What is open is none of its business. */
  ostree_sysroot_unlock_cleanup_async (sysroot, NULL, NULL, NULL, NULL, done, &waiting);
  g_autoptr (GAsyncResult) cleaned = wait_for (&waiting);
  g_autoptr (OstreeSysrootUnlockOutcome) nothing
      = ostree_sysroot_unlock_cleanup_finish (cleaned, &error);
  g_assert_no_error (error);
  g_assert_null (*ostree_sysroot_unlock_outcome_get_steps (nothing));
  g_assert_true (g_file_test ("/usr/new", G_FILE_TEST_EXISTS));

  /* Nobody has to take the result. */
  ostree_sysroot_unlock_end_async (sysroot, NULL, NULL, NULL, NULL, done, &waiting);
  g_autoptr (GAsyncResult) ended = wait_for (&waiting);
  g_assert_false (g_file_test ("/usr/new", G_FILE_TEST_EXISTS));
  return 0;
}
