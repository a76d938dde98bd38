/* A child sees the /usr of another commit, another one writes to the /etc of a deployment that is not booted, and that is recorded. */

#include <ostree-unlock.h>
#include <sys/wait.h>

#define MAKE                                                                                       \
  "mkdir -p /var/change/usr/lib && echo next >/var/change/usr/lib/next"                            \
  " && ostree commit -b next --tree=ref=debian/$(hostname) --tree=dir=/var/change >/dev/null"      \
  " && ostree admin deploy next >/dev/null"

static gboolean
see_the_commit (OstreeSysroot *sysroot, OstreeDeployment *deployment, GError **error)
{
  return ostree_sysroot_unlock_enter_commit (sysroot, ostree_deployment_get_csum (deployment), NULL,
                                             NULL, NULL, error)
         && g_file_test ("/usr/lib/next", G_FILE_TEST_EXISTS);
}

static gboolean
configure (OstreeSysroot *sysroot, OstreeDeployment *deployment, GError **error)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_record (options, "site");
  ostree_sysroot_unlock_options_set_home (options, OSTREE_SYSROOT_UNLOCK_HOME_SHARED);
  ostree_sysroot_unlock_options_set_scratch_var (options, TRUE);
  ostree_sysroot_unlock_options_set_for_commit (options, ostree_deployment_get_csum (deployment));
  return ostree_sysroot_unlock_enter_deployment (sysroot, deployment, options, NULL, error)
         && g_file_test ("/usr/lib/next", G_FILE_TEST_EXISTS)
         && g_file_set_contents ("/etc/site", "x", -1, error)
         && g_file_set_contents ("/var/scratch", "x", -1, error);
}

static void
in_child (gboolean (*work) (OstreeSysroot *, OstreeDeployment *, GError **), OstreeSysroot *sysroot,
          OstreeDeployment *deployment)
{
  g_autoptr (GError) error = NULL;
  pid_t child = fork ();
  if (child == 0)
    {
      if (!work (sysroot, deployment, &error))
        g_error ("%s", error ? error->message : "it is not there");
      _exit (0);
    }
  int status = -1;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (system (MAKE), ==, 0);
  g_assert_true (ostree_sysroot_load (sysroot, NULL, &error));
  g_autoptr (GPtrArray) deployments = ostree_sysroot_get_deployments (sysroot);
  OstreeDeployment *deployment = deployments->pdata[0];

  in_child (see_the_commit, sysroot, deployment);
  in_child (configure, sysroot, deployment);
  g_assert_false (g_file_test ("/usr/lib/next", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("/etc/site", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("/var/scratch", G_FILE_TEST_EXISTS));

  g_auto (GStrv) none = ostree_sysroot_unlock_get_records (sysroot, deployment, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  g_assert_true (ostree_sysroot_unlock_record (sysroot, deployment, "site", NULL, NULL, &error));
  g_auto (GStrv) records = ostree_sysroot_unlock_get_records (sysroot, deployment, NULL, &error);
  const char *const wanted[] = { "site", NULL };
  g_assert_cmpstrv (records, wanted);
  g_auto (GStrv) missing = ostree_sysroot_unlock_get_missing_records (sysroot, deployment, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (missing), ==, 0);
  return 0;
}
