/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * deny CALL... -- COMMAND...
 *
 * Runs COMMAND on a kernel that lacks these system calls, as far as COMMAND can tell: a seccomp
 * filter answers them with ENOSYS. `move_mount:beneath` is that flag of the call alone, answered
 * with EINVAL, as kernels before 6.5 do.
 *
 * Why: the way around a missing call has to be gone for a test to say that it works, and not every
 * test machine has an old kernel.
 *
 * What may not be in here: which kernel lacks what; that is the caller's.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* From 424 on a system call has the same number on every architecture. Headers may be older than
 * these. */
static const struct
{
  const char *name;
  unsigned number;
} calls[] = {
  { "open_tree", 428 },     { "move_mount", 429 },     { "fsopen", 430 },
  { "fsconfig", 431 },      { "fsmount", 432 },        { "fspick", 433 },
  { "openat2", 437 },       { "mount_setattr", 442 },  { "cachestat", 451 },
  { "fchmodat2", 452 },     { "statmount", 457 },      { "listmount", 458 },
  { "setxattrat", 463 },    { "getxattrat", 464 },     { "listxattrat", 465 },
  { "removexattrat", 466 }, { "open_tree_attr", 467 }, { "file_getattr", 468 },
  { "file_setattr", 469 },
};

enum
{
  CALLS = sizeof calls / sizeof *calls,
  BENEATH = 0x200
};

/* A filter reads 32 bits at a time. */
enum
{
  LOW_HALF = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0
};

static unsigned
number_of (const char *name)
{
  for (int i = 0; i < CALLS; i++)
    if (!strcmp (calls[i].name, name))
      return calls[i].number;
  errx (2, "%s: not a call that can be denied", name);
}

static unsigned short
load (struct sock_filter *code, size_t offset)
{
  code[0] = (struct sock_filter)BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offset);
  return 1;
}

static unsigned short
answer (struct sock_filter *code, unsigned value)
{
  code[0] = (struct sock_filter)BPF_STMT (BPF_RET | BPF_K, value);
  return 1;
}

static unsigned short
deny (struct sock_filter *code, const char *what)
{
  unsigned short length = load (code, offsetof (struct seccomp_data, nr));
  if (strcmp (what, "move_mount:beneath"))
    {
      code[length++]
          = (struct sock_filter)BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, number_of (what), 0, 1);
      return length + answer (code + length, SECCOMP_RET_ERRNO | ENOSYS);
    }
  code[length++]
      = (struct sock_filter)BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, number_of ("move_mount"), 0, 3);
  length += load (code + length, offsetof (struct seccomp_data, args[4]) + LOW_HALF);
  code[length++] = (struct sock_filter)BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, BENEATH, 0, 1);
  return length + answer (code + length, SECCOMP_RET_ERRNO | EINVAL);
}

int
main (int argc, char **argv)
{
  struct sock_filter code[6 * CALLS + 2];
  unsigned short length = 0;
  int word = 1;
  for (; word < argc && strcmp (argv[word], "--"); word++)
    {
      if (word > CALLS)
        errx (2, "too many calls");
      length += deny (code + length, argv[word]);
    }
  if (word == 1 || word + 1 >= argc)
    errx (2, "usage: deny CALL... -- COMMAND...");
  length += answer (code + length, SECCOMP_RET_ALLOW);
  struct sock_fprog program = { length, code };
  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    err (1, "seccomp");
  execvp (argv[word + 1], argv + word + 1);
  err (127, "%s", argv[word + 1]);
}
