/* A NULL or an object of another type where none is allowed is an error that says so. */

#include <ostree-unlock.h>

static void
expect_invalid (gconstpointer result, GError *error, const char *words)
{
  g_assert_null (result);
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
  g_error_free (error);
}

static void
verbs_report_in_the_error (void)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new (root);
  g_autoptr (GCancellable) other = g_cancellable_new ();
  GError *error = NULL;
  gpointer result;

  result = ostree_sysroot_unlock_begin (NULL, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL,
                                        NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_begin: sysroot is NULL");

  result = ostree_sysroot_unlock_end (NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error), "ostree_sysroot_unlock_end: sysroot is NULL");

  result = ostree_sysroot_unlock_cleanup (NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_cleanup: sysroot is NULL");

  result = ostree_sysroot_unlock_status (NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_status: sysroot is NULL");

  result = ostree_sysroot_unlock_commit (NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_commit: sysroot is NULL");

  result = ostree_sysroot_unlock_keep_list (NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_keep_list: sysroot is NULL");

  result = ostree_sysroot_unlock_keep_save (NULL, NULL, "x", NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error), "sysroot is NULL");

  result = ostree_sysroot_unlock_keep_save (sysroot, NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_keep_save: name is NULL");

  result = ostree_sysroot_unlock_keep_restore (sysroot, NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_keep_restore: name is NULL");

  g_assert_false (ostree_sysroot_unlock_keep_drop (sysroot, NULL, NULL, NULL, NULL, &error));
  expect_invalid (NULL, g_steal_pointer (&error), "ostree_sysroot_unlock_keep_drop: name is NULL");

  g_assert_false (ostree_sysroot_unlock_enter_commit (sysroot, NULL, NULL, NULL, NULL, &error));
  expect_invalid (NULL, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_enter_commit: commit is NULL");

  g_assert_false (ostree_sysroot_unlock_enter_deployment (sysroot, NULL, NULL, NULL, &error));
  expect_invalid (NULL, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_enter_deployment: deployment is NULL");

  g_assert_false (ostree_sysroot_unlock_record (sysroot, NULL, NULL, NULL, NULL, &error));
  expect_invalid (NULL, g_steal_pointer (&error), "ostree_sysroot_unlock_record: name is NULL");

  result = ostree_sysroot_unlock_apply (NULL, NULL, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error), "ostree_sysroot_unlock_apply: sysroot is NULL");

  result = ostree_sysroot_unlock_apply (sysroot, (OstreeDeployment *)other, NULL, NULL, NULL, NULL,
                                        &error);
  expect_invalid (result, g_steal_pointer (&error), "deployment is a GCancellable");

  result = ostree_sysroot_unlock_rollback (NULL, NULL, FALSE, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_rollback: sysroot is NULL");

  result = ostree_sysroot_unlock_apply_finish (NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_apply_finish: result is not of this operation");

  result = ostree_sysroot_unlock_rollback_finish (NULL, &error);
  expect_invalid (result, g_steal_pointer (&error),
                  "ostree_sysroot_unlock_rollback_finish: result is not of this operation");

  result = ostree_sysroot_unlock_end ((OstreeSysroot *)other, NULL, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error), "sysroot is a GCancellable");

  result = ostree_sysroot_unlock_end (sysroot, (OstreeDeployment *)other, NULL, NULL, NULL, &error);
  expect_invalid (result, g_steal_pointer (&error), "deployment is a GCancellable");

  result = ostree_sysroot_unlock_end (sysroot, NULL, NULL, (OstreeAsyncProgress *)other, NULL,
                                      &error);
  expect_invalid (result, g_steal_pointer (&error), "progress is a GCancellable");

  /* Nobody has to want the error. */
  g_assert_null (ostree_sysroot_unlock_end (NULL, NULL, NULL, NULL, NULL, NULL));
}

static void
expect_critical (const char *pattern)
{
  g_test_expect_message ("OstreeUnlock", G_LOG_LEVEL_CRITICAL, pattern);
}

static void
methods_log_a_critical_warning (void)
{
  guint64 entries = 1, bytes = 1;
  OstreeSysrootUnlockPrefer taken = OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT;
  guint uid = 1;
  gsize length = 1;

  expect_critical ("ostree_sysroot_unlock_detection_get_os: detection is NULL");
  g_assert_null (ostree_sysroot_unlock_detection_get_os (NULL));
  expect_critical ("ostree_sysroot_unlock_overview_get_hierarchies: overview is NULL");
  g_assert_null (ostree_sysroot_unlock_overview_get_hierarchies (NULL));
  expect_critical ("ostree_sysroot_unlock_hierarchy_is_writable: hierarchy is NULL");
  g_assert_false (ostree_sysroot_unlock_hierarchy_is_writable (NULL));
  expect_critical ("ostree_sysroot_unlock_hierarchy_get_upper_usage: hierarchy is NULL");
  g_assert_false (ostree_sysroot_unlock_hierarchy_get_upper_usage (NULL, &entries, &bytes));
  g_assert_true (entries == 0 && bytes == 0);
  expect_critical ("ostree_sysroot_unlock_hierarchy_get_live: hierarchy is NULL");
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_live (NULL));
  expect_critical ("ostree_sysroot_unlock_hierarchy_get_layers: hierarchy is NULL");
  g_assert_null (ostree_sysroot_unlock_hierarchy_get_layers (NULL));
  expect_critical ("ostree_sysroot_unlock_live_commit_get_origin: live is NULL");
  g_assert_null (ostree_sysroot_unlock_live_commit_get_origin (NULL));
  expect_critical ("ostree_sysroot_unlock_live_commit_get_rollbacks: live is NULL");
  g_assert_cmpuint (ostree_sysroot_unlock_live_commit_get_rollbacks (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_outcome_get_steps: outcome is NULL");
  g_assert_null (ostree_sysroot_unlock_outcome_get_steps (NULL));
  expect_critical ("ostree_sysroot_unlock_options_set_lazy: options is NULL");
  ostree_sysroot_unlock_options_set_lazy (NULL, TRUE);
  expect_critical ("ostree_sysroot_unlock_options_add_preference: options is NULL");
  ostree_sysroot_unlock_options_add_preference (NULL, "/", OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  expect_critical ("ostree_sysroot_unlock_revision_get_resolved: revision is NULL");
  g_assert_null (ostree_sysroot_unlock_revision_get_resolved (NULL));
  expect_critical ("ostree_sysroot_unlock_conflict_get_taken: conflict is NULL");
  g_assert_false (ostree_sysroot_unlock_conflict_get_taken (NULL, &taken));
  g_assert_cmpint (taken, ==, OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES);
  expect_critical ("ostree_sysroot_unlock_transfer_get_changes: transfer is NULL");
  g_assert_cmpuint (ostree_sysroot_unlock_transfer_get_changes (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_options_set_allow_replacement: options is NULL");
  ostree_sysroot_unlock_options_set_allow_replacement (NULL, TRUE);
  expect_critical ("ostree_sysroot_unlock_transition_get_outcome: transition is NULL");
  g_assert_null (ostree_sysroot_unlock_transition_get_outcome (NULL));
  expect_critical ("ostree_sysroot_unlock_transition_get_etc: transition is NULL");
  g_assert_null (ostree_sysroot_unlock_transition_get_etc (NULL));
  expect_critical ("ostree_sysroot_unlock_transition_is_purely_additive: transition is NULL");
  g_assert_false (ostree_sysroot_unlock_transition_is_purely_additive (NULL));
  expect_critical ("ostree_sysroot_unlock_transition_get_affected: transition is NULL");
  g_assert_null (ostree_sysroot_unlock_transition_get_affected (NULL));
  expect_critical ("ostree_sysroot_unlock_affected_get_uid: affected is NULL");
  g_assert_false (ostree_sysroot_unlock_affected_get_uid (NULL, &uid));
  g_assert_cmpuint (uid, ==, 0);
  expect_critical ("ostree_sysroot_unlock_affected_get_pids: affected is NULL");
  g_assert_null (ostree_sysroot_unlock_affected_get_pids (NULL, &length));
  g_assert_cmpuint (length, ==, 0);
  expect_critical ("ostree_sysroot_unlock_affected_get_verdict: affected is NULL");
  g_assert_cmpint (ostree_sysroot_unlock_affected_get_verdict (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_changed_file_get_reason: file is NULL");
  g_assert_cmpint (ostree_sysroot_unlock_changed_file_get_reason (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_follow_up_get_end: follow_up is NULL");
  g_assert_cmpint (ostree_sysroot_unlock_follow_up_get_end (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_malformed_unit_get_line: malformed is NULL");
  g_assert_cmpuint (ostree_sysroot_unlock_malformed_unit_get_line (NULL), ==, 0);
  expect_critical ("ostree_sysroot_unlock_missing_library_get_soname: missing is NULL");
  g_assert_null (ostree_sysroot_unlock_missing_library_get_soname (NULL));
  expect_critical ("ostree_sysroot_unlock_configuration_get_settings: configuration is NULL");
  g_assert_null (ostree_sysroot_unlock_configuration_get_settings (NULL));
  expect_critical ("ostree_sysroot_unlock_setting_get_path: setting is NULL");
  g_assert_null (ostree_sysroot_unlock_setting_get_path (NULL));
  expect_critical ("ostree_sysroot_unlock_kept_get_name: kept is NULL");
  g_assert_null (ostree_sysroot_unlock_kept_get_name (NULL));
  expect_critical ("ostree_sysroot_unlock_omission_get_path: omission is NULL");
  g_assert_null (ostree_sysroot_unlock_omission_get_path (NULL));
  g_test_assert_expected_messages ();
}

static void
references_of_nothing_are_nothing (void)
{
  g_assert_null (ostree_sysroot_unlock_overview_ref (NULL));
  ostree_sysroot_unlock_overview_unref (NULL);
  g_assert_null (ostree_sysroot_unlock_transition_ref (NULL));
  ostree_sysroot_unlock_transition_unref (NULL);
}

int
main (void)
{
  verbs_report_in_the_error ();
  methods_log_a_critical_warning ();
  references_of_nothing_are_nothing ();
  return 0;
}
