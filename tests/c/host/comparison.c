/* Two commits are compared one difference at a time, from any thread; NULL without an error is the end. */

#include <ostree-unlock.h>

#include <glib/gstdio.h>

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
put (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
}

static gpointer
next (gpointer comparison)
{
  GError *error = NULL;
  gpointer found = ostree_sysroot_unlock_comparison_next (comparison, NULL, &error);
  g_assert_no_error (error);
  return found;
}

static void
expect_next (OstreeSysrootUnlockComparison *comparison, const char *path,
             OstreeSysrootUnlockChange change, int before, int after)
{
  /* On a thread of its own, which ends before the next one begins. */
  g_autoptr (OstreeSysrootUnlockDifference) found
      = g_thread_join (g_thread_new (NULL, next, comparison));
  g_assert_nonnull (found);
  g_assert_cmpstr (ostree_sysroot_unlock_difference_get_path (found), ==, path);
  g_assert_cmpint (ostree_sysroot_unlock_difference_get_change (found), ==, change);
  g_assert_false (ostree_sysroot_unlock_difference_xattrs_differ (found));
  g_assert_null (ostree_sysroot_unlock_difference_get_from (found));
  OstreeSysrootUnlockSide *sides[] = { ostree_sysroot_unlock_difference_get_before (found),
                                       ostree_sysroot_unlock_difference_get_after (found) };
  int sizes[] = { before, after };
  for (int i = 0; i < 2; i++)
    {
      g_assert_true ((sides[i] != NULL) == (sizes[i] >= 0));
      if (sizes[i] < 0)
        continue;
      g_assert_cmpint (ostree_sysroot_unlock_side_get_size (sides[i]), ==, sizes[i]);
      g_assert_cmpint (ostree_sysroot_unlock_side_get_mode (sides[i]), ==, 0644);
      g_assert_cmpint (ostree_sysroot_unlock_side_get_file_type (sides[i]), ==,
                       OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR);
    }
  /* A side lives on with a reference of its own. */
  OstreeSysrootUnlockSide *kept = ostree_sysroot_unlock_side_ref (sides[before >= 0 ? 0 : 1]);
  g_clear_pointer (&found, ostree_sysroot_unlock_difference_unref);
  g_assert_cmpint (ostree_sysroot_unlock_side_get_uid (kept), ==, getuid ());
  ostree_sysroot_unlock_side_unref (kept);
}

static OstreeSysrootUnlockComparison *
compare (OstreeRepo *repo, const char *from, const char *to)
{
  GError *error = NULL;
  OstreeSysrootUnlockComparison *made
      = ostree_sysroot_unlock_diff_commits (repo, from, to, NULL, NULL, &error);
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
refusals (OstreeRepo *repo, const char *one)
{
  GError *error = NULL;
  gpointer made;

  made = ostree_sysroot_unlock_diff_commits (NULL, one, one, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "repo is NULL");
  made = ostree_sysroot_unlock_diff_commits (repo, NULL, one, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "from is NULL");
  made = ostree_sysroot_unlock_diff_commits (repo, one, NULL, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "to is NULL");
  made = ostree_sysroot_unlock_diff_commits (repo, one, "nowhere", NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND, "nowhere");
  made = ostree_sysroot_unlock_diff (NULL, NULL, NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "sysroot is NULL");
  made = ostree_sysroot_unlock_comparison_next (NULL, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "comparison is NULL");

  /* A path that is NULL is refused where it is used. */
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_add_path (options, NULL);
  made = ostree_sysroot_unlock_diff_commits (repo, one, one, options, NULL, &error);
  expect_refused (made, g_steal_pointer (&error), 1, "absolute path");
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("ou-XXXXXX", NULL);
  g_autofree char *tree = g_build_filename (top, "tree", NULL);
  g_autofree char *path = g_build_filename (top, "repo", NULL);
  g_assert_cmpint (g_mkdir (tree, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (OstreeRepo) repo = ostree_repo_new (file);
  g_assert_true (ostree_repo_create (repo, OSTREE_REPO_MODE_ARCHIVE, NULL, &error));

  put (tree, "a", "1");
  put (tree, "b", "1");
  g_autofree char *one = commit (repo, tree);
  put (tree, "b", "22");
  put (tree, "c", "333");
  g_autofree char *two = commit (repo, tree);

  g_autoptr (OstreeSysrootUnlockComparison) comparison = compare (repo, one, two);
  expect_next (comparison, "/b", OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED, 1, 2);
  expect_next (comparison, "/c", OSTREE_SYSROOT_UNLOCK_CHANGE_ADDED, -1, 3);
  g_assert_null (next (comparison));
  g_assert_null (next (comparison));

  /* Given up in the middle; cancelled, there is nothing more. */
  ostree_sysroot_unlock_comparison_unref (compare (repo, one, two));
  g_autoptr (OstreeSysrootUnlockComparison) stopped = compare (repo, two, one);
  expect_next (stopped, "/b", OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED, 2, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  g_assert_null (ostree_sysroot_unlock_comparison_next (stopped, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (next (stopped));

  refusals (repo, one);

  const char *argv[] = { "rm", "-r", top, NULL };
  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                               NULL, NULL));
  return 0;
}
