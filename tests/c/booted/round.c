/* There and back: what begin, status and end say is what a write and libostree find. */

#include <glib/gstdio.h>
#include <ostree-unlock.h>

static gboolean
can_write (void)
{
  gboolean written = g_file_set_contents ("/usr/new", "new", -1, NULL);
  return written && g_unlink ("/usr/new") == 0;
}

static OstreeDeploymentUnlockedState
state_for_libostree (OstreeSysroot *sysroot)
{
  g_autoptr (GError) error = NULL;
  ostree_sysroot_load_if_changed (sysroot, NULL, NULL, &error);
  g_assert_no_error (error);
  return ostree_deployment_get_unlocked (ostree_sysroot_get_booted_deployment (sysroot));
}

static OstreeSysrootUnlockHierarchy *
usr (OstreeSysroot *sysroot, gboolean count)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_usage (options, count);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockOverview) overview
      = ostree_sysroot_unlock_status (sysroot, NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);

  OstreeDeployment *booted = ostree_sysroot_get_booted_deployment (sysroot);
  g_assert_cmpstr (ostree_sysroot_unlock_overview_get_os (overview), ==,
                   ostree_deployment_get_osname (booted));
  g_assert_cmpstr (ostree_sysroot_unlock_overview_get_commit (overview), ==,
                   ostree_deployment_get_csum (booted));
  g_assert_cmpint (ostree_sysroot_unlock_overview_get_serial (overview), ==,
                   ostree_deployment_get_deployserial (booted));

  g_autoptr (GPtrArray) hierarchies = ostree_sysroot_unlock_overview_get_hierarchies (overview);
  g_assert_cmpuint (hierarchies->len, ==, 1);
  OstreeSysrootUnlockHierarchy *found = g_ptr_array_index (hierarchies, 0);
  g_assert_cmpstr (ostree_sysroot_unlock_hierarchy_get_path (found), ==, "/usr");
  g_autoptr (GPtrArray) problems = ostree_sysroot_unlock_hierarchy_get_problems (found);
  g_assert_cmpuint (problems->len, ==, 0);
  return ostree_sysroot_unlock_hierarchy_ref (found);
}

static void
expect_locked (OstreeSysroot *sysroot)
{
  g_autoptr (OstreeSysrootUnlockHierarchy) found = usr (sysroot, FALSE);
  g_assert_cmpint (ostree_sysroot_unlock_hierarchy_get_state (found), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  g_assert_true (ostree_sysroot_unlock_hierarchy_is_read_only (found));
  g_assert_false (ostree_sysroot_unlock_hierarchy_is_writable (found));
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_made_by (found));
  g_assert_cmpint (ostree_sysroot_unlock_hierarchy_get_since (found), ==, 0);
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_upper_path (found));
  g_assert_cmpstr (ostree_sysroot_unlock_hierarchy_get_no_upper_reason (found), ==, "locked");
  g_assert_cmpint (state_for_libostree (sysroot), ==, OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  g_assert_false (can_write ());
}

static void
expect_unlocked (OstreeSysroot *sysroot)
{
  g_autoptr (OstreeSysrootUnlockHierarchy) found = usr (sysroot, TRUE);
  guint64 entries = 0, bytes = 0;
  g_assert_cmpint (ostree_sysroot_unlock_hierarchy_get_state (found), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_false (ostree_sysroot_unlock_hierarchy_is_read_only (found));
  g_assert_true (ostree_sysroot_unlock_hierarchy_is_writable (found));
  g_assert_false (ostree_sysroot_unlock_hierarchy_is_persistent (found));
  g_assert_cmpstr (ostree_sysroot_unlock_hierarchy_get_made_by (found), ==, "ostree-unlock");
  g_assert_cmpint (ABS (ostree_sysroot_unlock_hierarchy_get_since (found)
                        - g_get_real_time () / G_USEC_PER_SEC), <=, 60);
  g_assert_true (g_file_test (ostree_sysroot_unlock_hierarchy_get_upper_path (found),
                              G_FILE_TEST_IS_DIR));
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_no_upper_reason (found));
  g_assert_true (ostree_sysroot_unlock_hierarchy_get_upper_usage (found, &entries, &bytes));
  g_assert_cmpuint (entries, ==, 1);
  g_assert_cmpuint (bytes, >=, 4096);
  g_assert_true (ostree_sysroot_unlock_hierarchy_get_deltas (found, &entries));
  g_assert_true (ostree_sysroot_unlock_hierarchy_get_deltas_usage (found, NULL, &bytes));
  g_assert_cmpuint (entries + bytes, ==, 0);
  g_assert_cmpint (state_for_libostree (sysroot), ==, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_true (can_write ());

  g_autoptr (OstreeSysrootUnlockDetection) detection = ostree_sysroot_unlock_detect (NULL);
  g_assert_true (ostree_sysroot_unlock_detection_is_booted (detection));
  g_assert_true (ostree_sysroot_unlock_detection_is_writable (detection));
  g_assert_false (ostree_sysroot_unlock_detection_is_persistent (detection));
  g_assert_cmpint (ostree_sysroot_unlock_detection_get_state (detection), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
}

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (OstreeAsyncProgress) progress = ostree_async_progress_new ();
  g_autoptr (GError) error = NULL;

  /* Nothing of ours needs this; what libostree has to say below does. */
  ostree_sysroot_load (sysroot, NULL, &error);
  g_assert_no_error (error);

  g_autoptr (OstreeSysrootUnlockOutcome) began = ostree_sysroot_unlock_begin (
      sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, progress, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ostree_sysroot_unlock_outcome_get_state (began), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_assert_false (ostree_sysroot_unlock_outcome_is_dry_run (began));
  g_assert_nonnull (ostree_sysroot_unlock_outcome_get_steps (began)[0]);
  g_assert_nonnull (ostree_sysroot_unlock_outcome_get_notes (began));

  g_autofree char *doing = ostree_async_progress_get_status (progress);
  g_assert_nonnull (doing);
  g_assert_cmpuint (ostree_async_progress_get_uint64 (progress, "unlock-steps-total"), >, 0);
  g_assert_cmpuint (ostree_async_progress_get_uint64 (progress, "unlock-steps-done"), <=,
                    ostree_async_progress_get_uint64 (progress, "unlock-steps-total"));

  g_assert_true (g_file_set_contents ("/usr/kept", "kept", -1, NULL));
  expect_unlocked (sysroot);

  g_autoptr (OstreeSysrootUnlockOutcome) ended
      = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ostree_sysroot_unlock_outcome_get_state (ended), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  expect_locked (sysroot);
  g_assert_false (g_file_test ("/usr/kept", G_FILE_TEST_EXISTS));
  return 0;
}
