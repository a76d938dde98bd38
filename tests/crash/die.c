/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * die [--every] [--log FILE] N COMMAND...
 *
 * Runs COMMAND and kills it with SIGKILL as it enters its N-th system call of those that count,
 * before the kernel has done anything of it. The exit status is then 99; otherwise COMMAND's own,
 * or 128 and the signal that ended it. With N = 0 nothing is killed: that counts. FILE gets a line
 * for each call that could count, the fatal one last: its number (or - if it did not count), its
 * name, its paths.
 *
 * Why: who is killed between two system calls leaves what the calls before have done. With N from 1
 * on until COMMAND ends by itself, every state that a crash can leave behind has been there.
 *
 * What counts: calls that can change something outside of the process, or that other processes can
 * notice (a lock), unless nothing has changed since the last one that counted: what failed (a
 * directory is there already) or only concerned the process itself has changed nothing, and a death
 * leaves the same before the next call as before this one. Start-up needs no marker for its end:
 * opening libraries and reading configuration cannot count, and dying before the first call that
 * counts is never having started. --every counts all calls from that first one on, which proves the
 * same without trusting the list below.
 *
 * How: a seccomp filter stops COMMAND, its threads and its children at these calls and nowhere
 * else, and ptrace(2) hears of it. A fatal signal makes the kernel skip the call.
 *
 * What may not be in here: what is to be looked at afterwards.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  KILLED = 99,
  FAILED = 98
};

/* When a call of that name counts. */
enum rule
{
  ALWAYS,
  ITSELF,      /* changes only what the process itself has: counts, but nothing has changed by it */
  FOR_WRITING, /* an open that can create or change */
  TO_OUTSIDE,  /* a write to a file or a socket, not to a pipe, a terminal or an eventfd */
  A_LOCK,      /* an fcntl about one */
  OF_A_FILE,   /* an ioctl about attributes or clones */
};

struct call
{
  long number;
  const char *name;
  enum rule rule;
  int paths[2]; /* which arguments are strings worth showing; -1 is none */
};

#define NO -1
/* clang-format off */
#define CALL(name, rule, first, second) { SYS_##name, #name, rule, { first, second } }
/* clang-format on */

/* Newer than the headers of Debian 12; the numbers are the same everywhere. */
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_removexattrat 466
#define SYS_open_tree_attr 467
#endif

static const struct call calls[] = {
  CALL (mount, ALWAYS, 0, 1),
  CALL (umount2, ALWAYS, 0, NO),
  CALL (pivot_root, ALWAYS, 0, 1),
  CALL (move_mount, ALWAYS, 1, 3),
  CALL (open_tree, ITSELF, 1, NO),
  CALL (open_tree_attr, ITSELF, 1, NO),
  CALL (mount_setattr, ALWAYS, 1, NO),
  CALL (fsopen, ITSELF, 0, NO),
  CALL (fspick, ITSELF, 1, NO),
  CALL (fsconfig, ALWAYS, 2, 3),
  CALL (fsmount, ITSELF, NO, NO),
  CALL (setns, ITSELF, NO, NO),
  CALL (unshare, ITSELF, NO, NO),
  CALL (openat, FOR_WRITING, 1, NO),
  CALL (openat2, FOR_WRITING, 1, NO),
  CALL (mkdirat, ALWAYS, 1, NO),
  CALL (mknodat, ALWAYS, 1, NO),
  CALL (symlinkat, ALWAYS, 0, 2),
  CALL (linkat, ALWAYS, 1, 3),
  CALL (unlinkat, ALWAYS, 1, NO),
  CALL (renameat2, ALWAYS, 1, 3),
  CALL (fchmod, ALWAYS, NO, NO),
  CALL (fchmodat, ALWAYS, 1, NO),
  CALL (fchmodat2, ALWAYS, 1, NO),
  CALL (fchown, ALWAYS, NO, NO),
  CALL (fchownat, ALWAYS, 1, NO),
  CALL (utimensat, ALWAYS, 1, NO),
  CALL (setxattr, ALWAYS, 0, 1),
  CALL (lsetxattr, ALWAYS, 0, 1),
  CALL (fsetxattr, ALWAYS, 1, NO),
  CALL (setxattrat, ALWAYS, 1, 3),
  CALL (removexattr, ALWAYS, 0, 1),
  CALL (lremovexattr, ALWAYS, 0, 1),
  CALL (fremovexattr, ALWAYS, 1, NO),
  CALL (removexattrat, ALWAYS, 1, 3),
  CALL (truncate, ALWAYS, 0, NO),
  CALL (ftruncate, ALWAYS, NO, NO),
  CALL (fallocate, ALWAYS, NO, NO),
  CALL (write, TO_OUTSIDE, NO, NO),
  CALL (writev, TO_OUTSIDE, NO, NO),
  CALL (pwrite64, TO_OUTSIDE, NO, NO),
  CALL (pwritev, TO_OUTSIDE, NO, NO),
  CALL (pwritev2, TO_OUTSIDE, NO, NO),
  CALL (sendfile, TO_OUTSIDE, NO, NO),
  CALL (copy_file_range, ALWAYS, NO, NO),
  CALL (splice, ALWAYS, NO, NO),
  CALL (ioctl, OF_A_FILE, NO, NO),
  /* What they change is seen when the power goes. */
  CALL (fsync, ALWAYS, NO, NO),
  CALL (fdatasync, ALWAYS, NO, NO),
  CALL (syncfs, ALWAYS, NO, NO),
  CALL (sync, ALWAYS, NO, NO),
  CALL (fcntl, A_LOCK, NO, NO),
  CALL (flock, ALWAYS, NO, NO),
  CALL (connect, ALWAYS, NO, NO),
  CALL (sendto, TO_OUTSIDE, NO, NO),
  CALL (sendmsg, TO_OUTSIDE, NO, NO),
  CALL (sendmmsg, TO_OUTSIDE, NO, NO),
  CALL (kill, ALWAYS, NO, NO),
  CALL (reboot, ALWAYS, NO, NO),
#ifdef SYS_open /* an architecture that is old enough to have the first forms */
  CALL (open, FOR_WRITING, 0, NO),
  CALL (creat, ALWAYS, 0, NO),
  CALL (mkdir, ALWAYS, 0, NO),
  CALL (rmdir, ALWAYS, 0, NO),
  CALL (mknod, ALWAYS, 0, NO),
  CALL (symlink, ALWAYS, 0, 1),
  CALL (link, ALWAYS, 0, 1),
  CALL (unlink, ALWAYS, 0, NO),
  CALL (rename, ALWAYS, 0, 1),
  CALL (chmod, ALWAYS, 0, NO),
  CALL (chown, ALWAYS, 0, NO),
  CALL (lchown, ALWAYS, 0, NO),
  CALL (utime, ALWAYS, 0, NO),
  CALL (utimes, ALWAYS, 0, NO),
  CALL (futimesat, ALWAYS, 1, NO),
#endif
#ifdef SYS_renameat
  CALL (renameat, ALWAYS, 1, 3),
#endif
};

enum
{
  CALLS = sizeof calls / sizeof *calls
};

/* Stops at the calls that are known, or with `every` at all. */
static void
install_filter (bool every)
{
  struct sock_filter code[2 * CALLS + 2];
  unsigned short length = 0;
  code[length++]
      = (struct sock_filter)BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr));
  for (int i = 0; i < CALLS && !every; i++)
    {
      code[length++]
          = (struct sock_filter)BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
      code[length++] = (struct sock_filter)BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
  code[length++] = (struct sock_filter)BPF_STMT (BPF_RET | BPF_K,
                                                 every ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW);
  struct sock_fprog program = { length, code };
  if (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
    err (FAILED, "seccomp");
}

static const struct call *
find (unsigned long long number)
{
  for (int i = 0; i < CALLS; i++)
    if ((unsigned long long)calls[i].number == number)
      return &calls[i];
  return NULL;
}

/* What the open file `fd` is, as /proc shows it. */
static void
describe (char *text, size_t size, pid_t thread, unsigned long long fd)
{
  char link[64];
  snprintf (link, sizeof link, "/proc/%d/fd/%d", thread, (int)fd);
  ssize_t length = readlink (link, text, size - 1);
  text[length < 0 ? 0 : length] = '\0';
}

/* Reads what is at `address` in the memory of `thread`, up to the end of the page: behind it there
 * may be nothing. */
static size_t
peek (void *to, size_t size, pid_t thread, unsigned long long address)
{
  size_t page = (size_t)sysconf (_SC_PAGESIZE), in_page = page - address % page;
  struct iovec here = { to, size },
               there = { (void *)(uintptr_t)address, size < in_page ? size : in_page };
  ssize_t length = process_vm_readv (thread, &here, 1, &there, 1, 0);
  return length < 0 ? 0 : (size_t)length;
}

static bool
opens_for_writing (pid_t thread, const struct call *call, const uint64_t *args)
{
  unsigned long long flags = args[2];
  if (call->number == SYS_openat2 && peek (&flags, sizeof flags, thread, args[2]) < sizeof flags)
    return true;
#ifdef SYS_open
  if (call->number == SYS_open)
    flags = args[1];
#endif
  return (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
}

static bool
is_outside (pid_t thread, unsigned long long fd)
{
  char target[64];
  describe (target, sizeof target, thread, fd);
  if (target[0] == '/')
    return strncmp (target, "/dev/", 5) && strncmp (target, "/memfd:", 7);
  return !strncmp (target, "socket:", 7);
}

static bool
counts (pid_t thread, const struct call *call, const uint64_t *args)
{
  if (!call)
    return false;
  unsigned type = (unsigned)(args[1] >> 8) & 0xff;
  switch (call->rule)
    {
    case FOR_WRITING:
      return opens_for_writing (thread, call, args);
    case TO_OUTSIDE:
      return is_outside (thread, args[0]);
    case A_LOCK:
      return args[1] == F_SETLK || args[1] == F_SETLKW || args[1] == F_OFD_SETLK
             || args[1] == F_OFD_SETLKW;
    case OF_A_FILE:
      return type == 'f' || type == 'X' || type == 0x94;
    default:
      return true;
    }
}

static void
note (FILE *log, unsigned long count, pid_t thread, const struct call *call,
      const struct __ptrace_syscall_info *at)
{
  if (count)
    fprintf (log, "%lu\t", count);
  else
    fputs ("-\t", log);
  if (!call)
    {
      fprintf (log, "#%llu\n", (unsigned long long)at->seccomp.nr);
      return;
    }
  fputs (call->name, log);
  char text[256] = "";
  if (call->rule == TO_OUTSIDE || call->rule == A_LOCK)
    describe (text, sizeof text, thread, at->seccomp.args[0]);
  if (text[0])
    fprintf (log, " %s", text);
  for (int i = 0; i < 2 && call->paths[i] != NO; i++)
    {
      size_t length = peek (text, sizeof text - 1, thread, at->seccomp.args[call->paths[i]]);
      text[length] = '\0';
      if (text[0])
        fprintf (log, " %s", text);
    }
  if (call->number == SYS_umount2 || call->number == SYS_move_mount)
    fprintf (log, " flags=%#llx",
             (unsigned long long)at->seccomp.args[call->number == SYS_umount2 ? 1 : 4]);
  fputc ('\n', log);
}

/* Lets a stopped thread go on; whoever was killed meanwhile is gone, and that is no error. */
static void
go_on (enum __ptrace_request how, pid_t thread, int signal)
{
  if (ptrace (how, thread, NULL, (void *)(intptr_t)signal) && errno != ESRCH)
    err (FAILED, "ptrace");
}

/* A command that is being followed. */
struct following
{
  pid_t command;
  unsigned long fatal;
  bool every, killed;
  FILE *log;
  unsigned long count;
  bool changed; /* whether something may have changed since the last call that counted */
  pid_t thread; /* the thread that is in such a call now */
  bool before;  /* what `changed` was when it entered it */
};

/* At the entry of a call. Says whether its end is of interest. */
static bool
entered (struct following *the, pid_t thread)
{
  struct __ptrace_syscall_info at = { 0 };
  if (ptrace (PTRACE_GET_SYSCALL_INFO, thread, sizeof at, &at) < 0 && errno != ESRCH)
    err (FAILED, "what was called");
  const struct call *call = find (at.seccomp.nr);
  bool listed = counts (thread, call, at.seccomp.args);
  if (!listed && !(the->every && the->count))
    return false;
  bool counted = the->every || the->changed;
  if (counted)
    the->count++;
  note (the->log, counted ? the->count : 0, thread, call, &at);
  if (counted && the->count == the->fatal)
    {
      /* Its children are in its process group and go too. */
      kill (-the->command, SIGKILL);
      the->killed = true;
    }
  the->before = the->changed && !counted;
  the->changed = the->before || (listed && call->rule != ITSELF);
  the->thread = thread;
  return true;
}

/* At the end of a call: what failed has changed nothing. */
static void
left (struct following *the, pid_t thread)
{
  struct __ptrace_syscall_info at = { 0 };
  if (thread == the->thread && ptrace (PTRACE_GET_SYSCALL_INFO, thread, sizeof at, &at) > 0
      && at.op == PTRACE_SYSCALL_INFO_EXIT && at.exit.is_error)
    the->changed = the->before;
}

/* Follows it to its end, and brings that about at the fatal call. */
static int
follow (struct following *the)
{
  for (;;)
    {
      int status;
      pid_t thread = waitpid (-1, &status, __WALL);
      if (thread < 0)
        err (FAILED, "waitpid");
      if (WIFEXITED (status) || WIFSIGNALED (status))
        {
          /* The leader is the last of its threads to be reported: all that they had is released. */
          if (thread == the->command)
            return the->killed          ? KILLED
                   : WIFEXITED (status) ? WEXITSTATUS (status)
                                        : 128 + WTERMSIG (status);
          continue;
        }
      int event = status >> 16, signal = WSTOPSIG (status);
      bool at_end = signal == (SIGTRAP | 0x80), to_its_end = false;
      if (at_end)
        left (the, thread);
      else if (event == PTRACE_EVENT_SECCOMP && !the->killed)
        to_its_end = entered (the, thread);
      bool group_stop = event == PTRACE_EVENT_STOP && signal != SIGTRAP;
      go_on (group_stop   ? PTRACE_LISTEN
             : to_its_end ? PTRACE_SYSCALL
                          : PTRACE_CONT,
             thread, event || at_end ? 0 : signal);
    }
}

/* Waits until it is followed, and becomes COMMAND. */
static void
become (char **command, bool every, int ready)
{
  char byte;
  if (setpgid (0, 0) || read (ready, &byte, 1) != 1)
    err (FAILED, "start");
  install_filter (every);
  execvp (command[0], command);
  err (127, "%s", command[0]);
}

int
main (int argc, char **argv)
{
  bool every = false;
  const char *log_path = "/dev/null";
  int word = 1;
  for (; word < argc && !strncmp (argv[word], "--", 2); word++)
    {
      if (!strcmp (argv[word], "--every"))
        every = true;
      else if (!strcmp (argv[word], "--log") && word + 1 < argc)
        log_path = argv[++word];
      else
        errx (2, "unknown option %s", argv[word]);
    }
  if (word + 2 > argc)
    errx (2, "usage: die [--every] [--log FILE] N COMMAND...");
  unsigned long fatal = strtoul (argv[word++], NULL, 10);
  FILE *log = fopen (log_path, "we");
  int ready[2];
  if (!log || pipe2 (ready, O_CLOEXEC))
    err (FAILED, "%s", log_path);

  pid_t command = fork ();
  if (command < 0)
    err (FAILED, "fork");
  if (command == 0)
    become (argv + word, every, ready[0]);
  unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE
                          | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC
                          | PTRACE_O_TRACESYSGOOD;
  if (ptrace (PTRACE_SEIZE, command, NULL, options))
    err (FAILED, "ptrace");
  if (write (ready[1], "", 1) != 1)
    err (FAILED, "start");
  int status = follow (&(struct following){
      .command = command, .fatal = fatal, .every = every, .log = log, .changed = true });
  fclose (log);
  return status;
}
