/* Times calls of the library in this process: prints the medians in microseconds, in this order, as one
 * JSON object.
 *
 *   times detect ROUNDS     ostree_sysroot_unlock_detect(), beside ostree_sysroot_load()
 *   times round ROUNDS      begin and end, on disk
 *   times holders ROUNDS    ostree_sysroot_unlock_get_holders()
 *   times apply ROUNDS      ostree_sysroot_unlock_apply() of the ref "two" where "one" is live, and
 *                           ostree_sysroot_unlock_rollback() to it
 */
#include <errno.h>
#include <ostree-unlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
ascending (const void *a, const void *b)
{
  const gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return (x > y) - (x < y);
}

static double
median (gint64 *times, size_t count)
{
  qsort (times, count, sizeof *times, ascending);
  return times[count / 2];
}

static gint64
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    g_error ("usage: times detect|round|holders|apply ROUNDS");
  const size_t rounds = strtoul (argv[2], NULL, 10);
  g_autofree gint64 *first = g_new0 (gint64, rounds), *second = g_new0 (gint64, rounds);
  g_autoptr (GError) error = NULL;
  const gboolean detect = strcmp (argv[1], "detect") == 0;
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  if (!ostree_sysroot_load (sysroot, NULL, &error))
    g_error ("%s", error->message);

  for (size_t i = 0; i < rounds; i++)
    {
      gint64 start = now ();
      if (detect)
        {
          g_autoptr (OstreeSysrootUnlockDetection) found = ostree_sysroot_unlock_detect (&error);
          first[i] = now () - start;
          g_autoptr (OstreeSysroot) fresh = ostree_sysroot_new_default ();
          start = now ();
          if (!found || !ostree_sysroot_load (fresh, NULL, &error))
            g_error ("%s", error->message);
          second[i] = now () - start;
          continue;
        }
      if (strcmp (argv[1], "holders") == 0)
        {
          g_autoptr (GPtrArray) holders = ostree_sysroot_unlock_get_holders (sysroot, NULL, NULL, &error);
          first[i] = now () - start;
          if (!holders)
            g_error ("%s", error->message);
          continue;
        }
      if (strcmp (argv[1], "apply") == 0)
        {
          g_autoptr (OstreeSysrootUnlockTransition) applied
              = ostree_sysroot_unlock_apply (sysroot, NULL, "two", NULL, NULL, NULL, &error);
          first[i] = now () - start;
          if (!applied)
            g_error ("%s", error->message);
          start = now ();
          g_autoptr (OstreeSysrootUnlockTransition) back
              = ostree_sysroot_unlock_rollback (sysroot, NULL, FALSE, NULL, NULL, NULL, &error);
          second[i] = now () - start;
          if (!back)
            g_error ("%s", error->message);
          continue;
        }
      g_autoptr (OstreeSysrootUnlockOutcome) begun
          = ostree_sysroot_unlock_begin (sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT,
                                         NULL, NULL, NULL, &error);
      first[i] = now () - start;
      if (!begun)
        g_error ("%s", error->message);
      start = now ();
      g_autoptr (OstreeSysrootUnlockOutcome) ended
          = ostree_sysroot_unlock_end (sysroot, NULL, NULL, NULL, NULL, &error);
      second[i] = now () - start;
      if (!ended)
        g_error ("%s", error->message);
    }
  g_print ("{\"first\": %.1f, \"second\": %.1f}\n", median (first, rounds) / 1000, median (second, rounds) / 1000);
  return 0;
}
