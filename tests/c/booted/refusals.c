/* What makes no sense now is refused with a number of its own, and changes nothing. */

#include <glib/gstdio.h>
#include <ostree-unlock.h>

static OstreeSysroot *sysroot;

static void
expect_begin (OstreeSysroot *where, OstreeDeployment *deployment, GCancellable *cancellable,
              GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_begin (where, deployment,
                                              OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL,
                                              cancellable, &error));
  g_assert_error (error, domain, code);
}

static void
expect_end (int code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, code);
}

static OstreeDeploymentUnlockedState
state (void)
{
  g_autoptr (OstreeSysrootUnlockDetection) detection = ostree_sysroot_unlock_detect (NULL);
  return ostree_sysroot_unlock_detection_get_state (detection);
}

int
main (void)
{
  const GQuark ours = OSTREE_SYSROOT_UNLOCK_ERROR;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  sysroot = ostree_sysroot_new_default ();

  expect_end (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED);

  g_cancellable_cancel (cancelled);
  expect_begin (sysroot, NULL, cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_assert_cmpint (g_mkdir ("/var/other", 0755), ==, 0);
  g_autoptr (GFile) elsewhere = g_file_new_for_path ("/var/other");
  g_autoptr (OstreeSysroot) other = ostree_sysroot_new (elsewhere);
  ostree_sysroot_ensure_initialized (other, NULL, &error);
  g_assert_no_error (error);
  expect_begin (other, NULL, NULL, ours, OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED);

  ostree_sysroot_load (sysroot, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) deployments = ostree_sysroot_get_deployments (sysroot);
  g_assert_cmpuint (deployments->len, ==, 2);
  for (guint i = 0; i < deployments->len; i++)
    if (deployments->pdata[i] != ostree_sysroot_get_booted_deployment (sysroot))
      expect_begin (sysroot, deployments->pdata[i], NULL, ours,
                    OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED);
  g_assert_cmpint (state (), ==, OSTREE_DEPLOYMENT_UNLOCKED_NONE);

  g_autoptr (OstreeSysrootUnlockOutcome) began
      = ostree_sysroot_unlock_begin (sysroot, ostree_sysroot_get_booted_deployment (sysroot),
                                     OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, NULL, NULL, NULL,
                                     &error);
  g_assert_no_error (error);
  expect_begin (sysroot, NULL, NULL, ours, OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED);

  /* Another state is a change, but not for who wants to begin. */
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_only_locked (options, TRUE);
  g_assert_null (ostree_sysroot_unlock_begin (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT,
                                              options, NULL, NULL, &error));
  g_assert_error (error, ours, OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED);

  g_assert_cmpint (seteuid (65534), ==, 0);
  expect_end (OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (seteuid (0), ==, 0);
  g_assert_cmpint (state (), ==, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT);
  g_object_unref (sysroot);
  return 0;
}
