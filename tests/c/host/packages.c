/* What became of packages between two commits, as data. */

#include <ostree-unlock.h>

#include <glib/gstdio.h>

#define DATABASE "usr/lib/sysimage/dpkg"
#define PARAGRAPH(name, version) \
  "Package: " name "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " version "\n\n"

/* A commit of the directory at path, which is all of it. */
static char *
commit (OstreeRepo *repo, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeMutableTree) tree = ostree_mutable_tree_new ();
  g_autoptr (GFile) source = g_file_new_for_path (path);
  g_autoptr (GFile) root = NULL;
  char *checksum = NULL;
  gboolean done = ostree_repo_prepare_transaction (repo, NULL, NULL, &error)
                  && ostree_repo_write_directory_to_mtree (repo, source, tree, NULL, NULL, &error)
                  && ostree_repo_write_mtree (repo, tree, &root, NULL, &error)
                  && ostree_repo_write_commit (repo, NULL, "s", NULL, NULL, (OstreeRepoFile *)root,
                                               &checksum, NULL, &error)
                  && ostree_repo_commit_transaction (repo, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (done);
  return checksum;
}

static void
put (const char *top, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
expect_side (OstreeSysrootUnlockPackageSide *side, const char *version)
{
  g_assert_true ((side == NULL) == (version == NULL));
  if (side == NULL)
    return;
  g_assert_cmpstr (ostree_sysroot_unlock_package_side_get_version (side), ==, version);
  g_assert_cmpstr (ostree_sysroot_unlock_package_side_get_architecture (side), ==, "amd64");
  g_assert_cmpint (ostree_sysroot_unlock_package_side_get_state (side), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED);
}

static void
expect (OstreeSysrootUnlockPackageDifference *found, const char *name,
        OstreeSysrootUnlockPackageChange change, const char *before, const char *after)
{
  g_assert_cmpstr (ostree_sysroot_unlock_package_difference_get_name (found), ==, name);
  g_assert_cmpint (ostree_sysroot_unlock_package_difference_get_change (found), ==, change);
  g_assert_cmpint (ostree_sysroot_unlock_package_difference_get_format (found), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB);
  expect_side (ostree_sysroot_unlock_package_difference_get_before (found), before);
  expect_side (ostree_sysroot_unlock_package_difference_get_after (found), after);
}

static OstreeSysrootUnlockPackageComparison *
compare (OstreeRepo *repo, const char *from, const char *to)
{
  GError *error = NULL;
  OstreeSysrootUnlockPackageComparison *made
      = ostree_sysroot_unlock_package_diff_commits (repo, from, to, NULL, NULL, &error);
  g_assert_no_error (error);
  return made;
}

static void
expect_refused (gconstpointer result, GError *error, int number, const char *words)
{
  g_assert_null (result);
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, number);
  if (strstr (error->message, words) == NULL)
    g_error ("no '%s' in: %s", words, error->message);
  g_error_free (error);
}

static void
refusals (OstreeRepo *repo, const char *none, const char *one)
{
  const int invalid = OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT;
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  GError *error = NULL;
  gpointer made;

  made = ostree_sysroot_unlock_package_diff (NULL, NULL, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), invalid, "sysroot is NULL");
  made = ostree_sysroot_unlock_package_diff_commits (NULL, one, one, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), invalid, "repo is NULL");
  made = ostree_sysroot_unlock_package_diff_commits (repo, one, NULL, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), invalid, "to is NULL");
  ostree_sysroot_unlock_options_add_path (options, "/usr");
  made = ostree_sysroot_unlock_package_diff_commits (repo, one, one, options, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), invalid, "`path` means nothing here");
  made = ostree_sysroot_unlock_package_diff_commits (repo, none, none, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND,
                  "no database of packages");

  g_test_expect_message ("OstreeUnlock", G_LOG_LEVEL_CRITICAL,
                         "*package_comparison_get_unowned: comparison is NULL");
  g_assert_null (ostree_sysroot_unlock_package_comparison_get_unowned (NULL));
  g_test_assert_expected_messages ();
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("ou-XXXXXX", NULL);
  g_autofree char *tree = g_build_filename (top, "tree", NULL);
  g_autofree char *path = g_build_filename (top, "repo", NULL);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (OstreeRepo) repo = ostree_repo_new (file);
  g_assert_true (ostree_repo_create (repo, OSTREE_REPO_MODE_ARCHIVE, NULL, &error));

  put (tree, "usr/lib/x", "x");
  g_autofree char *none = commit (repo, tree);
  put (tree, DATABASE "/status", PARAGRAPH ("gone", "1") PARAGRAPH ("up", "1~rc1"));
  g_autofree char *one = commit (repo, tree);
  put (tree, DATABASE "/status", PARAGRAPH ("gone", "1") PARAGRAPH ("new", "2-3") PARAGRAPH ("up", "1~rc1"));
  g_autofree char *two = commit (repo, tree);
  put (tree, DATABASE "/status", PARAGRAPH ("new", "2-3") PARAGRAPH ("up", "1"));
  put (tree, "usr/lib/nobodys", "x");
  put (tree, "usr/lib/other", "x");
  g_autofree char *three = commit (repo, tree);

  g_autoptr (OstreeSysrootUnlockPackageComparison) added = compare (repo, one, two);
  g_autoptr (GPtrArray) packages = ostree_sysroot_unlock_package_comparison_get_packages (added);
  g_assert_cmpuint (packages->len, ==, 1);
  expect (packages->pdata[0], "new", OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED, NULL, "2-3");
  g_assert_true (ostree_sysroot_unlock_package_comparison_is_purely_additive (added));
  g_assert_null (ostree_sysroot_unlock_package_comparison_get_unowned (added)[0]);

  OstreeSysrootUnlockPackageComparison *all = compare (repo, one, three);
  g_autoptr (GPtrArray) changed = ostree_sysroot_unlock_package_comparison_get_packages (all);
  g_assert_false (ostree_sysroot_unlock_package_comparison_is_purely_additive (all));
  const char *const *unowned = ostree_sysroot_unlock_package_comparison_get_unowned (all);
  g_assert_cmpstr (unowned[0], ==, "/usr/lib/nobodys");
  g_assert_cmpstr (unowned[1], ==, "/usr/lib/other");
  g_assert_null (unowned[2]);
  ostree_sysroot_unlock_package_comparison_unref (all);
  /* The array has references of its own. */
  g_assert_cmpuint (changed->len, ==, 3);
  expect (changed->pdata[0], "gone", OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REMOVED, "1", NULL);
  expect (changed->pdata[1], "new", OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED, NULL, "2-3");
  expect (changed->pdata[2], "up", OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED, "1~rc1", "1");

  refusals (repo, none, one);

  const char *argv[] = { "rm", "-r", top, NULL };
  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                               NULL, NULL));
  return 0;
}
