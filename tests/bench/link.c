/* A bare tree of hard links: what anybody would write who knows already which objects belong where.
 *
 *   link LIST DIRECTORY
 *
 * LIST has an object and a path on each line, a directory's files together. Makes the directories that lead to the paths, in
 * DIRECTORY, which is made, too; prints how many milliseconds it took.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

/* Makes all directories of `path`, but for those that it has in common with the one before. */
static void
make_directories (char *path)
{
  static char last[4096];
  char *const end = strrchr (path, '/');
  if (!end)
    return;
  *end = '\0';
  if (strcmp (path, last) != 0)
    {
      strcpy (last, path);
      for (char *at = path; (at = strchr (at + 1, '/'));)
        {
          *at = '\0';
          if (mkdir (path, 0755) != 0 && errno != EEXIST)
            err (1, "%s", path);
          *at = '/';
        }
      if (mkdir (path, 0755) != 0 && errno != EEXIST)
        err (1, "%s", path);
    }
  *end = '/';
}

int
main (int argc, char **argv)
{
  FILE *list;
  if (argc != 3 || !(list = fopen (argv[1], "re")))
    errx (2, "usage: link LIST DIRECTORY");
  static char line[8192];
  const double start = now ();
  if (mkdir (argv[2], 0755) != 0 || chdir (argv[2]) != 0)
    err (1, "%s", argv[2]);
  while (fgets (line, sizeof line, list))
    {
      line[strcspn (line, "\n")] = '\0';
      char *const path = strchr (line, '\t');
      if (!path || strlen (line) > 4000)
        errx (1, "%s: no such line: %s", argv[1], line);
      *path = '\0';
      make_directories (path + 1);
      if (link (line, path + 1) != 0)
        err (1, "%s", path + 1);
    }
  printf ("%.2f\n", now () - start);
}
