/* What was decided for every caller, and where each value stands; what is not known is a warning, what makes no sense
 * an error. */

#include <ostree-unlock.h>

#define DIRECTORY "/etc/ostree-unlock/config.d"
#define FILE_OF_SITE DIRECTORY "/50-site.conf"

static void
decide (const char *lines)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (g_mkdir_with_parents (DIRECTORY, 0755), ==, 0);
  g_file_set_contents (FILE_OF_SITE, lines, -1, &error);
  g_assert_no_error (error);
}

static OstreeSysrootUnlockConfiguration *
read_it (void)
{
  g_autoptr (GError) error = NULL;
  OstreeSysrootUnlockConfiguration *configuration = ostree_sysroot_unlock_config (&error);
  g_assert_no_error (error);
  return configuration;
}

static void
expect (OstreeSysrootUnlockConfiguration *configuration, const char *key, const char *value, const char *path, guint line)
{
  g_autoptr (GPtrArray) settings = ostree_sysroot_unlock_configuration_get_settings (configuration);
  for (guint i = 0; i < settings->len; i++)
    {
      OstreeSysrootUnlockSetting *setting = settings->pdata[i];
      if (g_strcmp0 (ostree_sysroot_unlock_setting_get_key (setting), key) != 0)
        continue;
      g_assert_cmpstr (ostree_sysroot_unlock_setting_get_value (setting), ==, value);
      g_assert_cmpstr (ostree_sysroot_unlock_setting_get_path (setting), ==, path);
      g_assert_cmpuint (ostree_sysroot_unlock_setting_get_line (setting), ==, line);
      return;
    }
  g_error ("no %s", key);
}

int
main (void)
{
  g_autoptr (OstreeSysrootUnlockConfiguration) before = read_it ();
  expect (before, "States", "development transient hotfix", NULL, 0);
  expect (before, "SizeLimit", "", NULL, 0);
  g_assert_null (ostree_sysroot_unlock_configuration_get_warnings (before)[0]);

  decide ("[Unlock]\nStates=transient\nSizeLimit=1M\nStrange=1\n");
  g_autoptr (OstreeSysrootUnlockConfiguration) after = read_it ();
  expect (after, "States", "transient", FILE_OF_SITE, 2);
  expect (after, "SizeLimit", "1048576", FILE_OF_SITE, 3);
  expect (after, "OnVerity", "allow", NULL, 0);
  const char *const *warnings = ostree_sysroot_unlock_configuration_get_warnings (after);
  g_assert_nonnull (strstr (warnings[0], FILE_OF_SITE ":4: unknown key Strange"));
  g_assert_null (warnings[1]);

  decide ("[Unlock]\nStates=nothing\n");
  g_autoptr (GError) error = NULL;
  g_assert_null (ostree_sysroot_unlock_config (&error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, FILE_OF_SITE ": line 2"));
  return 0;
}
