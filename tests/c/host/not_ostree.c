/* On a system that was not booted by OSTree: `detect` says so, the others refuse. */

#include <ostree-unlock.h>

int
main (void)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new (root);
  g_autoptr (GError) error = NULL;

  g_autoptr (OstreeSysrootUnlockDetection) found = ostree_sysroot_unlock_detect (&error);
  g_assert_no_error (error);
  g_assert_false (ostree_sysroot_unlock_detection_is_booted (found));
  g_assert_null (ostree_sysroot_unlock_detection_get_os (found));
  g_assert_null (ostree_sysroot_unlock_detection_get_commit (found));
  g_assert_cmpint (ostree_sysroot_unlock_detection_get_serial (found), ==, -1);
  g_assert_cmpint (ostree_sysroot_unlock_detection_get_state (found), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  g_assert_cmpstr (ostree_sysroot_unlock_detection_get_message (found), !=, "");

  g_assert_null (ostree_sysroot_unlock_status (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_begin (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT,
                                              NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_commit (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_keep_save (sysroot, NULL, "x", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_false (ostree_sysroot_unlock_enter_commit (sysroot, "x", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_false (ostree_sysroot_unlock_record (sysroot, NULL, "x", NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_get_records (sysroot, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_apply (sysroot, NULL, "x", NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_null (ostree_sysroot_unlock_rollback (sysroot, NULL, TRUE, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  g_clear_error (&error);

  g_assert_false (ostree_sysroot_unlock_enter_scratch (FALSE, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE);
  return 0;
}
