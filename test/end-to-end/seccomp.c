// Processes under a system call filter that allows neither mmap nor mprotect. A
// filter that answers with an error is suspended for the calls that we make in
// the process, and is there as before afterwards; one that kills is left alone,
// and the process is refused, unharmed.

// REQUIRES: ptrace, root, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run errno; patch; run; unpatch; run; end' | FileCheck %s --check-prefixes=CHECK,ERRNO
// RUN: %patch-cycle %s %t --steps='run kill; patch; run; end' | FileCheck %s --check-prefixes=CHECK,KILL

//      CHECK: == run
// CHECK-NEXT: old, mmap fails
//      ERRNO: 1 patch hunk(s) have been successfully applied
//      ERRNO: == run
// ERRNO-NEXT: new, mmap fails
//      ERRNO: 1 patch hunk(s) were successfully cancelled
//      ERRNO: == run
// ERRNO-NEXT: old, mmap fails
//       KILL: error: pid PID: {{.*}}seccomp filter forbids system call {{.*}}[kpatch-seccomp]
//  KILL-NEXT: note: the process was not touched; its filter has to allow the call
//       KILL: == run
//  KILL-NEXT: old, mmap fails
//      CHECK: exit 0

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "victim.h"

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static int kills;

static void forbid_mmap(void) {
  unsigned action =
      kills ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, action),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    puts("cannot filter");
}

void show(void) {
  if (command[0]) {
    kills = strcmp(command, "kill") == 0;
    forbid_mmap();
  }
  // Where the filter kills, it is better not asked.
  int fails = kills || mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
                            -1, 0) == MAP_FAILED;
  printf("%s, mmap %s\n", word(), fails ? "fails" : "works");
}
