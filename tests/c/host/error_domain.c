/* The error domain has its name and its numbers; an error of somebody else has no holders, and no conflicts. */

#include <ostree-unlock.h>

static void
expect_nothing (const GError *error)
{
  g_autoptr (GPtrArray) holders = ostree_sysroot_unlock_error_get_holders (error);
  g_assert_nonnull (holders);
  g_assert_cmpuint (holders->len, ==, 0);
  g_autoptr (GPtrArray) conflicts = ostree_sysroot_unlock_error_get_conflicts (error);
  g_assert_nonnull (conflicts);
  g_assert_cmpuint (conflicts->len, ==, 0);
}

int
main (void)
{
  g_assert_cmpstr (g_quark_to_string (OSTREE_SYSROOT_UNLOCK_ERROR), ==,
                   "ostree-sysroot-unlock-error-quark");

  /* Written out: programs were compiled with these. */
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_FAILED, ==, 0);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT, ==, 1);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, ==, 2);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED, ==, 3);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, ==, 4);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED, ==, 5);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED, ==, 6);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, ==, 7);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE, ==, 8);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT, ==, 9);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED, ==, 10);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, ==, 11);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH, ==, 12);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED, ==, 13);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED, ==, 15);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND, ==, 16);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT, ==, 17);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT, ==, 18);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED, ==, 19);
  g_assert_cmpint (OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, ==, 20);

  g_autoptr (GError) ours
      = g_error_new (OSTREE_SYSROOT_UNLOCK_ERROR, OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE, "made anew");
  g_autoptr (GError) copy = g_error_copy (ours);
  g_autoptr (GError) theirs = g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  expect_nothing (ours);
  expect_nothing (copy);
  expect_nothing (theirs);
  expect_nothing (NULL);
  return 0;
}
