/* A bare walk and compare: what anybody would write who knows where an overlay keeps what was written. For each file of the
 * upper it looks at the one of the base and compares type, mode, owner, extended attributes and content; it knows nothing of
 * whiteouts, and says how many are different.
 *
 *   walk UPPER BASE
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static long differences;

static int
other_attributes (const char *one, const char *other)
{
  static char names[2][4096], values[2][4096];
  const ssize_t length = llistxattr (one, names[0], sizeof names[0]);
  if (length != llistxattr (other, names[1], sizeof names[1]))
    return 1;
  for (const char *name = names[0]; name < names[0] + length; name += strlen (name) + 1)
    {
      const ssize_t size = lgetxattr (one, name, values[0], sizeof values[0]);
      if (size != lgetxattr (other, name, values[1], sizeof values[1]) || memcmp (values[0], values[1], size) != 0)
        return 1;
    }
  return 0;
}

static int
other_content (const char *one, const char *other)
{
  static char left[65536], right[65536];
  const int a = open (one, O_RDONLY | O_CLOEXEC), b = open (other, O_RDONLY | O_CLOEXEC);
  if (a < 0 || b < 0)
    err (1, "%s", one);
  ssize_t length;
  int differ = 0;
  while ((length = read (a, left, sizeof left)) > 0 && !differ)
    differ = read (b, right, sizeof right) != length || memcmp (left, right, length) != 0;
  close (a);
  close (b);
  return differ;
}

static void
walk (const char *upper, const char *base)
{
  DIR *directory = opendir (upper);
  if (!directory)
    err (1, "%s", upper);
  for (const struct dirent *entry; (entry = readdir (directory));)
    {
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      char one[4096], other[4096], targets[2][4096];
      struct stat new, old;
      snprintf (one, sizeof one, "%s/%s", upper, entry->d_name);
      snprintf (other, sizeof other, "%s/%s", base, entry->d_name);
      if (lstat (one, &new) != 0)
        err (1, "%s", one);
      if (lstat (other, &old) != 0)
        differences++;
      else if (new.st_mode != old.st_mode || new.st_uid != old.st_uid || new.st_gid != old.st_gid
               || other_attributes (one, other))
        differences++;
      else if (S_ISREG (new.st_mode) && (new.st_size != old.st_size || other_content (one, other)))
        differences++;
      else if (S_ISLNK (new.st_mode)
               && (readlink (one, targets[0], sizeof targets[0]) != readlink (other, targets[1], sizeof targets[1])
                   || memcmp (targets[0], targets[1], new.st_size) != 0))
        differences++;
      if (S_ISDIR (new.st_mode))
        walk (one, other);
    }
  closedir (directory);
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    errx (2, "usage: walk UPPER BASE");
  walk (argv[1], argv[2]);
  printf ("%ld\n", differences);
}
