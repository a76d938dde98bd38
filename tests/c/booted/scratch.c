/* What a child writes in the scratch nobody else sees, and it becomes a commit. */

#include <ostree-unlock.h>
#include <sys/wait.h>

#define WRITTEN "/usr/in-the-scratch"

static gboolean
write_in_the_scratch (void)
{
  g_autoptr (GError) error = NULL;
  return ostree_sysroot_unlock_enter_scratch (TRUE, &error)
         && g_file_set_contents (WRITTEN, "x", -1, &error);
}

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  g_autoptr (GError) error = NULL;
  ostree_sysroot_unlock_options_set_scratch (options, TRUE);
  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND);
  g_clear_error (&error);

  pid_t child = fork ();
  if (child == 0)
    _exit (write_in_the_scratch () ? 0 : 1);
  int status = -1;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_false (g_file_test (WRITTEN, G_FILE_TEST_EXISTS));

  g_autoptr (OstreeSysrootUnlockRevision) made
      = ostree_sysroot_unlock_commit (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ostree_sysroot_unlock_revision_get_changes (made), ==, 1);

  /* Kept from there, it says so. */
  g_autoptr (OstreeSysrootUnlockTransfer) saved
      = ostree_sysroot_unlock_keep_save (sysroot, NULL, "tried", options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) kept = ostree_sysroot_unlock_keep_list (sysroot, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ostree_sysroot_unlock_kept_is_from_scratch (kept->pdata[0]));
  g_assert_cmpint (ostree_sysroot_unlock_kept_get_state (kept->pdata[0]), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  return 0;
}
