/* Who stands in the way of an end can be asked beforehand; nobody does while /usr is locked. */
#include <fcntl.h>
#include <ostree-unlock.h>
#include <unistd.h>

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (GPtrArray) locked = ostree_sysroot_unlock_get_holders (sysroot, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (locked->len, ==, 0);

  g_autoptr (OstreeSysrootUnlockOutcome) begun = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) nobody = ostree_sysroot_unlock_get_holders (sysroot, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (nobody->len, ==, 0);

  const int file = open ("/usr/log", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  g_assert_cmpint (file, >=, 0);
  g_autoptr (GPtrArray) we = ostree_sysroot_unlock_get_holders (sysroot, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (we->len, ==, 1);
  g_assert_cmpint (ostree_sysroot_unlock_holder_get_pid (we->pdata[0]), ==, getpid ());
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_use (we->pdata[0]), ==, "writes");
  g_assert_cmpstr (ostree_sysroot_unlock_holder_get_path (we->pdata[0]), ==, "/usr/log");
  close (file);

  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_cancellable_cancel (cancelled);
  g_assert_null (ostree_sysroot_unlock_get_holders (sysroot, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (ostree_sysroot_unlock_get_holders (NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  return 0;
}
