/* A result lives as long as somebody has a reference, also across threads. */

#include <ostree-unlock.h>

#define THREADS 4
#define ROUNDS 1000

static gpointer
take_and_give (gpointer detection)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      OstreeSysrootUnlockDetection *mine = ostree_sysroot_unlock_detection_ref (detection);
      g_assert_nonnull (ostree_sysroot_unlock_detection_get_message (mine));
      ostree_sysroot_unlock_detection_unref (mine);
    }
  return NULL;
}

int
main (void)
{
  OstreeSysrootUnlockDetection *first = ostree_sysroot_unlock_detect (NULL);
  OstreeSysrootUnlockDetection *second = ostree_sysroot_unlock_detection_ref (first);
  g_assert_true (first == second);
  ostree_sysroot_unlock_detection_unref (first);
  g_assert_nonnull (ostree_sysroot_unlock_detection_get_message (second));

  GThread *threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new (NULL, take_and_give, second);
  for (int i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  GValue value = G_VALUE_INIT;
  g_value_init (&value, OSTREE_TYPE_SYSROOT_UNLOCK_DETECTION);
  g_value_take_boxed (&value, second);
  g_assert_true (g_value_get_boxed (&value) == second);
  g_value_unset (&value);
  return 0;
}
