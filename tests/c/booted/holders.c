/* Who stands in the way of `end` is named as data, and `lazy` goes on. */

#include <fcntl.h>
#include <ostree-unlock.h>
#include <signal.h>
#include <sys/wait.h>

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  int open_now[2];
  g_assert_cmpint (pipe (open_now), ==, 0);
  pid_t child = fork ();
  if (child == 0)
    {
      int file = open ("/usr/log", O_CREAT | O_WRONLY, 0644);
      if (file < 0 || write (open_now[1], "", 1) != 1)
        _exit (1);
      pause ();
    }
  close (open_now[1]);
  char ready;
  g_assert_cmpint (read (open_now[0], &ready, 1), ==, 1);

  g_assert_null (ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE);
  g_autoptr (GError) copy = g_error_copy (error);
  g_clear_error (&error);

  g_autoptr (GPtrArray) holders = ostree_sysroot_unlock_error_get_holders (copy);
  g_assert_cmpuint (holders->len, ==, 1);
  OstreeSysrootUnlockHolder *holder = holders->pdata[0];
  g_assert_cmpint (ostree_sysroot_unlock_holder_get_pid (holder), ==, child);
  g_assert_cmpint (ostree_sysroot_unlock_holder_get_uid (holder), ==, 0);
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_command (holder), ==, "program");
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_use (holder), ==, "writes");
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_path (holder), ==, "/usr/log");
  g_assert_nonnull (strstr (copy->message, ostree_sysroot_unlock_holder_get_sentence (holder)));

  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_lazy (options, TRUE);
  g_autoptr (OstreeSysrootUnlockOutcome) ended
      = ostree_sysroot_unlock_end (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);
  return 0;
}
