// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// at-call REPORT ACTION N COMMAND...: runs COMMAND and does something to it
// when it enters its Nth system call, counted from its first instruction on
// over all its threads; with N@NUMBER, only calls of that number count. What
// `strace -e inject` does for one name, for any call, in a tenth of the time: a
// seccomp filter stops the command at entries only, and only at those that
// count.
//
//   ACTION  kill     SIGKILL; the call is not made
//           fail=E   the call is not made, and gives the error number E
//           end=PID  SIGKILL to the process PID; the call is made
//           none     nothing; N does not matter
//
// Writes one line to REPORT: the number of the Nth call, or `-` if there was
// none. With `none`, one such line for every call. The exit status is the
// command's, 128 + signal if one ended it.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t command;
static FILE *report;
static int error_number = -1; // of `fail`
static pid_t ending;          // of `end`
static int is_kill, is_none;
static long wanted, only_number = -1, calls;
static pid_t returning; // from a brk that fails
static unsigned long brk_argument;
static int has_begun; // the command itself, and not we who start it

// Stops at all calls, or at those of one number.
static int install_filter(void) {
  struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)};
  struct sock_filter one[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)only_number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {1, all};
  if (only_number >= 0)
    program = (struct sock_fprog){4, one};
  if (geteuid() != 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static pid_t start(char **words) {
  pid_t child = fork();
  if (child != 0)
    return child;
  raise(SIGSTOP);
  if (install_filter() != 0)
    _exit(126);
  execvp(words[0], words);
  _exit(127);
}

// The call gets a number that does not exist, and its result. brk has no error
// numbers: it fails by telling the old end, as it does when asked for none; its
// argument is put back when it returns.
static void fail_call(pid_t tid) {
  struct user_regs_struct registers;
  ptrace(PTRACE_GETREGS, tid, NULL, &registers);
  if (registers.orig_rax == SYS_brk) {
    brk_argument = registers.rdi;
    returning = tid;
    registers.rdi = 0;
  } else {
    registers.orig_rax = (unsigned long)-1;
    registers.rax = (unsigned long)-error_number;
  }
  ptrace(PTRACE_SETREGS, tid, NULL, &registers);
}

static void restore_argument(pid_t tid) {
  struct user_regs_struct registers;
  ptrace(PTRACE_GETREGS, tid, NULL, &registers);
  registers.rdi = brk_argument;
  ptrace(PTRACE_SETREGS, tid, NULL, &registers);
  returning = 0;
}

static void at_syscall(pid_t tid) {
  struct user_regs_struct registers;
  ++calls;
  if (calls != wanted && !is_none)
    return;
  ptrace(PTRACE_GETREGS, tid, NULL, &registers);
  fprintf(report, "%lld\n", (long long)registers.orig_rax);
  if (is_kill)
    kill(command, SIGKILL);
  else if (ending != 0)
    kill(ending, SIGKILL);
  else if (!is_none)
    fail_call(tid);
}

// Resumes `tid` after the stop that `status` tells of.
static void go_on(pid_t tid, int status) {
  int signal_number = WSTOPSIG(status), event = status >> 16;
  if (event == PTRACE_EVENT_SECCOMP && has_begun)
    at_syscall(tid);
  has_begun |= event == PTRACE_EVENT_EXEC;
  if (event != 0)
    signal_number = 0;
  if (signal_number == (SIGTRAP | 0x80)) {
    restore_argument(tid);
    signal_number = 0;
  }
  ptrace(returning == tid ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL,
         (void *)(long)signal_number);
}

int main(int argc, char **argv) {
  if (argc < 5)
    return 2;
  report = fopen(argv[1], "w");
  if (!report)
    return 2;
  is_kill = strcmp(argv[2], "kill") == 0;
  is_none = strcmp(argv[2], "none") == 0;
  if (strncmp(argv[2], "fail=", 5) == 0)
    error_number = atoi(argv[2] + 5);
  if (strncmp(argv[2], "end=", 4) == 0)
    ending = atoi(argv[2] + 4);
  sscanf(argv[3], "%ld@%ld", &wanted, &only_number);
  command = start(argv + 4);
  int status;
  waitpid(command, &status, WUNTRACED);
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
                 PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SEIZE, command, NULL, (void *)options) != 0)
    return 2;
  kill(command, SIGCONT);
  pid_t tid;
  int result = 1;
  while ((tid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
    if (WIFSTOPPED(status))
      go_on(tid, status);
    else if (tid == command)
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  if (!is_none && calls < wanted)
    fputs("-\n", report);
  fclose(report);
  return result;
}
