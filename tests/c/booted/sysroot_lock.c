/* The lock of the sysroot: refused while somebody else has it, waited for if asked, not taken if the caller has it. */

#include <ostree-unlock.h>
#include <signal.h>
#include <sys/wait.h>

static OstreeSysroot *
locked (void)
{
  g_autoptr (GError) error = NULL;
  OstreeSysroot *sysroot = ostree_sysroot_new_default ();
  /* Where /sysroot is mounted read-only, libostree makes it writable for this process alone. */
  ostree_sysroot_initialize_with_mount_namespace (sysroot, NULL, &error);
  g_assert_no_error (error);
  ostree_sysroot_lock (sysroot, &error);
  g_assert_no_error (error);
  return sysroot;
}

static void
expect_refused (OstreeSysroot *sysroot, OstreeSysrootUnlockOptions *options, pid_t holder)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_begin (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT,
                                              options, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED);
  g_autoptr (GPtrArray) holders = ostree_sysroot_unlock_error_get_holders (error);
  g_assert_cmpuint (holders->len, ==, 1);
  g_assert_cmpint (ostree_sysroot_unlock_holder_get_pid (holders->pdata[0]), ==, holder);
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_use (holders->pdata[0]), ==, "locks");
}

int
main (void)
{
  int held[2];
  g_assert_cmpint (pipe (held), ==, 0);
  pid_t child = fork ();
  if (child == 0)
    {
      locked ();
      if (write (held[1], "", 1) != 1)
        _exit (1);
      pause ();
    }
  close (held[1]);
  char ready;
  g_assert_cmpint (read (held[0], &ready, 1), ==, 1);

  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  expect_refused (sysroot, NULL, child);
  ostree_sysroot_unlock_options_set_lock_wait (options, 200);
  gint64 started = g_get_monotonic_time ();
  expect_refused (sysroot, options, child);
  g_assert_cmpint (g_get_monotonic_time () - started, >=, 200 * 1000);
  kill (child, SIGKILL);
  waitpid (child, NULL, 0);

  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysroot) mine = locked ();
  ostree_sysroot_unlock_options_set_lock_wait (options, 0);
  ostree_sysroot_unlock_options_set_lock_held (options, TRUE);
  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      mine, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, NULL, NULL, &error);
  g_assert_no_error (error);
  ostree_sysroot_unlock (mine);
  return 0;
}
