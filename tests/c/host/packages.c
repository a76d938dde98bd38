/* What became of packages between two commits; each result lives as long as somebody has a reference. */

#include <ostree-unlock.h>

#include <glib/gstdio.h>

#define PARAGRAPH(name, version) \
  "Package: " name "\nStatus: install ok installed\nArchitecture: all\nVersion: " version "\n\n"

/* A commit with this status of dpkg and one more file. */
static char *
commit (OstreeRepo *repo, const char *status, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("packages-XXXXXX", &error);
  g_autofree char *database = g_build_filename (top, "usr/lib/dpkg-db", NULL);
  g_autofree char *path = g_build_filename (database, "status", NULL);
  g_autofree char *other = g_build_filename (top, "usr", file, NULL);
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir_with_parents (database, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, status, -1, NULL));
  g_assert_true (g_file_set_contents (other, file, -1, NULL));

  g_autoptr (OstreeMutableTree) tree = ostree_mutable_tree_new ();
  g_autoptr (GFile) source = g_file_new_for_path (top);
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
  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", top);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  return checksum;
}

static OstreeSysrootUnlockPackageDiff *
compare (OstreeRepo *repo, const char *from, const char *to)
{
  GError *error = NULL;
  OstreeSysrootUnlockPackageDiff *diff
      = ostree_sysroot_unlock_diff_packages_of_commits (repo, from, to, NULL, NULL, &error);
  g_assert_no_error (error);
  return diff;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("packages-XXXXXX", &error);
  g_assert_no_error (error);
  g_autoptr (GFile) place = g_file_new_for_path (top);
  g_autoptr (OstreeRepo) repo = ostree_repo_new (place);
  g_assert_true (ostree_repo_create (repo, OSTREE_REPO_MODE_BARE_USER_ONLY, NULL, &error));

  g_autofree char *one = commit (repo, PARAGRAPH ("up", "1.0~rc1"), "one");
  g_autofree char *two
      = commit (repo, PARAGRAPH ("up", "1.0") PARAGRAPH ("new", "7"), "two");

  g_autoptr (OstreeSysrootUnlockPackageDiff) diff = compare (repo, one, two);
  g_assert_false (ostree_sysroot_unlock_package_diff_is_purely_additive (diff));
  const char *const *unowned = ostree_sysroot_unlock_package_diff_get_unowned (diff);
  g_assert_cmpint (g_strv_length ((char **)unowned), ==, 2);
  g_assert_cmpstr (unowned[0], ==, "/usr/one");
  g_assert_cmpstr (unowned[1], ==, "/usr/two");

  g_autoptr (GPtrArray) packages = ostree_sysroot_unlock_package_diff_get_packages (diff);
  g_clear_pointer (&diff, ostree_sysroot_unlock_package_diff_unref);
  g_assert_cmpint (packages->len, ==, 2);
  OstreeSysrootUnlockPackageDifference *new = packages->pdata[0];
  g_assert_cmpstr (ostree_sysroot_unlock_package_difference_get_name (new), ==, "new");
  g_assert_cmpint (ostree_sysroot_unlock_package_difference_get_change (new), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED);
  g_assert_null (ostree_sysroot_unlock_package_difference_get_before (new));
  OstreeSysrootUnlockPackageDifference *up = packages->pdata[1];
  g_assert_cmpint (ostree_sysroot_unlock_package_difference_get_change (up), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED);
  g_assert_cmpint (ostree_sysroot_unlock_package_difference_get_format (up), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB);
  g_autoptr (OstreeSysrootUnlockPackage) before = ostree_sysroot_unlock_package_ref (
      ostree_sysroot_unlock_package_difference_get_before (up));
  g_clear_pointer (&packages, g_ptr_array_unref);
  g_assert_cmpstr (ostree_sysroot_unlock_package_get_version (before), ==, "1.0~rc1");
  g_assert_cmpstr (ostree_sysroot_unlock_package_get_architecture (before), ==, "all");
  g_assert_cmpint (ostree_sysroot_unlock_package_get_state (before), ==,
                   OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED);

  g_autoptr (OstreeSysrootUnlockPackageDiff) nothing = compare (repo, one, one);
  g_assert_null (ostree_sysroot_unlock_package_diff_get_unowned (nothing)[0]);
  g_assert_true (ostree_sysroot_unlock_package_diff_is_purely_additive (nothing));

  g_assert_null (
      ostree_sysroot_unlock_diff_packages_of_commits (repo, NULL, two, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR,
                  OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_autofree char *damaged = commit (repo, "Package: x\nStat", "x");
  g_assert_null (
      ostree_sysroot_unlock_diff_packages_of_commits (repo, one, damaged, NULL, NULL, &error));
  g_assert_error (error, OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "/usr/lib/dpkg-db/status"));

  g_autofree char *remove = g_strdup_printf ("rm -r '%s'", top);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  return 0;
}
