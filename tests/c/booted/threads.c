/* Many threads on one sysroot: each call waits for the other's lock, and each sees a whole state. */

#include <ostree-unlock.h>

static gpointer
there_and_back (gpointer sysroot)
{
  g_autoptr (OstreeSysrootUnlockOptions) options = ostree_sysroot_unlock_options_new ();
  ostree_sysroot_unlock_options_set_lock_wait (options, 30000);
  for (int round = 0; round < 10; round++)
    {
      g_autoptr (GError) begin_error = NULL, end_error = NULL;
      g_autoptr (OstreeSysrootUnlockOutcome) begun = ostree_sysroot_unlock_begin (
          sysroot, NULL, OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT, options, NULL, NULL, &begin_error);
      if (!begun)
        g_assert_error (begin_error, OSTREE_SYSROOT_UNLOCK_ERROR,
                        OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED);
      g_autoptr (OstreeSysrootUnlockOutcome) ended
          = ostree_sysroot_unlock_end (sysroot, NULL, options, NULL, NULL, &end_error);
      if (!ended)
        g_assert_error (end_error, OSTREE_SYSROOT_UNLOCK_ERROR,
                        OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED);
    }
  return NULL;
}

int
main (void)
{
  g_autoptr (OstreeSysroot) sysroot = ostree_sysroot_new_default ();
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, there_and_back, sysroot);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_autoptr (GError) error = NULL;
  g_autoptr (OstreeSysrootUnlockDetection) detection = ostree_sysroot_unlock_detect (&error);
  g_assert_no_error (error);
  g_assert_cmpint (ostree_sysroot_unlock_detection_get_state (detection), ==,
                   OSTREE_DEPLOYMENT_UNLOCKED_NONE);
  g_assert_false (ostree_sysroot_unlock_detection_is_writable (detection));
  return 0;
}
