/* The numbers of enumerations, written out: programs were compiled with these. */

#include <ostree-unlock.h>

int
main (void)
{
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_BACKING_DISK, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_BACKING_RAM, ==, 1);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_ADDED, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_REMOVED, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_TYPE_CHANGED, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_METADATA, ==, 4);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_CHANGE_RENAMED, ==, 5);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_DEPLOY_NOW, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_HOME_SHARED, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_HOME_SCRATCH, ==, 1);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DIRECTORY, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SYMLINK, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DEVICE, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_FIFO, ==, 4);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SOCKET, ==, 5);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_DONE, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_FAILED, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_NOT_DONE, ==, 2);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_LOADER_CACHE, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_USERS, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_FILES, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_UNIT_FILES, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RELOAD, ==, 4);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RESTART, ==, 5);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REMOVED, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_DOWNGRADED, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REINSTALLED, ==, 4);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_RPM, ==, 1);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_INSTALLED, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_UNPACKED, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_CONFIGURED, ==, 3);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT, ==, 1);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_REASON_UNIT_FILE, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_REASON_PROGRAM, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_REASON_LIBRARY, ==, 2);

  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_VERDICT_RESTART, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_VERDICT_REBOOT, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_VERDICT_LOG_OUT, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_VERDICT_CALLER, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_VERDICT_BY_HAND, ==, 4);
  return 0;
}
