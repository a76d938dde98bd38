/* Makes one commit's /usr out of another's by copying into it, as is done where there is nothing but libostree and an
 * overlay that takes writes: what the two commits have different is looked for, each new file is checked out, and what is
 * gone is removed.
 *
 *   copy FROM TO
 *
 * Prints as one JSON object how many paths it was, how many milliseconds it took, and for how many of them a reader of the
 * first and the last file that changed saw the one of the new commit and the other of the old.
 */
#include <errno.h>
#include <fcntl.h>
#include <ostree.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

/* Whether a file has changed: another inode is at its path than at first. */
static gboolean
is_another (const char *path, ino_t than)
{
  struct stat state;
  return stat (path, &state) == 0 && state.st_ino != than;
}

/* Looks at the two again and again, and writes down for how long they were of different commits. */
static pid_t
watch (const char *first, const char *last, double *mixed)
{
  struct stat before[2];
  if (stat (first, &before[0]) != 0 || stat (last, &before[1]) != 0)
    g_error ("%s, %s: %s", first, last, g_strerror (errno));
  const pid_t pid = fork ();
  if (pid != 0)
    return pid;
  while (!is_another (first, before[0].st_ino))
    usleep (100);
  const double start = now ();
  while (!is_another (last, before[1].st_ino))
    usleep (100);
  *mixed = now () - start;
  _exit (0);
}

static void
check_out (OstreeRepo *repo, const char *commit, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_path_get_dirname (path + 1);
  OstreeRepoCheckoutAtOptions options = { 0 };
  options.overwrite_mode = OSTREE_REPO_CHECKOUT_OVERWRITE_UNION_FILES;
  options.force_copy = TRUE;
  options.subpath = path;
  if (!ostree_repo_checkout_at (repo, &options, AT_FDCWD, directory, commit, NULL, &error))
    g_error ("%s: %s", path, error->message);
}

static GFile *
open_usr (OstreeRepo *repo, const char *ref, char **commit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) root = NULL;
  if (!ostree_repo_read_commit (repo, ref, &root, commit, NULL, &error))
    g_error ("%s", error->message);
  return g_file_get_child (root, "usr");
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    g_error ("usage: copy FROM TO");
  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeRepo) repo = ostree_repo_new_default ();
  if (chdir ("/") != 0 || !ostree_repo_open (repo, NULL, &error))
    g_error ("%s", error ? error->message : "/");
  double *mixed = mmap (NULL, sizeof *mixed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  double took = -now ();
  g_autofree char *from = NULL, *to = NULL;
  g_autoptr (GFile) before = open_usr (repo, argv[1], &from), after = open_usr (repo, argv[2], &to);
  g_autoptr (GPtrArray) modified = g_ptr_array_new_with_free_func ((GDestroyNotify)ostree_diff_item_unref);
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);
  if (!ostree_diff_dirs (OSTREE_DIFF_FLAGS_NONE, before, after, modified, removed, added, NULL, &error))
    g_error ("%s", error->message);
  if (modified->len < 2)
    g_error ("too few files changed");
  took += now ();

  OstreeDiffItem *const *items = (OstreeDiffItem *const *)modified->pdata;
  const pid_t reader = watch (g_file_peek_path (items[0]->target),
                              g_file_peek_path (items[modified->len - 1]->target), mixed);
  took -= now ();
  for (guint i = 0; i < added->len; i++)
    check_out (repo, to, g_file_peek_path (added->pdata[i]));
  for (guint i = 0; i < modified->len; i++)
    check_out (repo, to, g_file_peek_path (items[i]->target));
  for (guint i = 0; i < removed->len; i++)
    if (remove (g_file_peek_path (removed->pdata[i])) != 0)
      g_error ("%s: %s", g_file_peek_path (removed->pdata[i]), g_strerror (errno));
  took += now ();

  waitpid (reader, NULL, 0);
  g_print ("{\"paths\": %u, \"took\": %.2f, \"mixed\": %.2f}\n", added->len + modified->len + removed->len, took, *mixed);
  return 0;
}
