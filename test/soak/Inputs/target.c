// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that knows its own right answers: the target of the reliability
// tests. Every thread does work of one kind, again and again, compares what
// comes out with what must come out, and counts its rounds in a file that the
// test has mapped too. A wrong answer is written there in words, then the
// program aborts.
//
//   target BOARD MODE     busy    one thread that never sleeps: integer, x87,
//                                 SSE and AVX registers
//                         timed   one thread that sleeps with a time limit
//                         all     these, and threads that wait without a
//                                 limit, send data, take signals
//
// Each round calls the three functions that the patch replaces, which lie too
// far apart for one write. Within a round their answers may change from those of
// one version to those of another; a thread that has seen one version only, of
// all of them, says which.
//
// Signals are not blocked where a system call must not be interrupted: the
// program sends none to these threads, so EINTR would come from somebody else.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <immintrin.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// 0 in the program, 1 and 2 in the patches.
#ifndef PATCHED
#define PATCHED 0
#endif
enum { versions = 3, mixed = versions };

// ---- What is patched ----

#define PATCH_ME __attribute__((noipa, aligned(8192)))

PATCH_ME uint64_t first_version(uint64_t x) {
  return x * 2 + PATCHED;
}
PATCH_ME uint64_t second_version(uint64_t x) {
  return x * 6 + PATCHED;
}
PATCH_ME double third_version(double x) {
  return x * 0.5 + PATCHED;
}

// ---- The board ----

enum { threads_max = 16 };

// Read by the test, by offset.
struct Board {
  volatile uint64_t rounds[threads_max];
  volatile uint64_t versions[threads_max]; // or `mixed`: several in one round
  volatile uint64_t thread_count;
  char wrong[256];
};

static struct Board *board;

__attribute__((noreturn, format(printf, 1, 2))) static void
wrong(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(board->wrong, sizeof board->wrong, format, arguments);
  va_end(arguments);
  abort();
}

static uint64_t version_of(uint64_t seed) {
  uint64_t one = first_version(seed) - seed * 2;
  uint64_t two = second_version(seed) - seed * 6;
  double three = third_version((double)seed) - (double)seed * 0.5;
  if (one >= versions || two >= versions ||
      (three != 0 && three != 1 && three != 2))
    wrong("a patched function gives %lu %lu %g", one, two, three);
  if (one != two || one != (uint64_t)three)
    return mixed;
  return one;
}

// A round that saw one version from its first call to its last says so.
static void round_done(int self, uint64_t before) {
  uint64_t after = version_of(board->rounds[self] % 1000);
  board->versions[self] = before == after ? after : mixed;
  board->rounds[self]++;
}

// ---- Kinds of work ----

static uint64_t integers(uint64_t seed) {
  uint64_t a = seed, b = seed ^ 0x9e3779b97f4a7c15, c = 1, d = 7;
  for (int i = 0; i < 20000; i++) {
    a = a * 6364136223846793005u + 1442695040888963407u;
    b ^= a >> 29;
    c += b * (d | 1);
    d = (d << 7 | d >> 57) ^ c;
  }
  return a ^ b ^ c ^ d;
}

static double reals(double seed) {
  double scalar = seed;
  long double x87 = seed;
  for (int i = 0; i < 5000; i++) {
    scalar = scalar * 0.99 + i / (1 + scalar * scalar * 1e-9);
    x87 = x87 * 0.5L + i;
    __asm__ volatile("" : "+x"(scalar), "+t"(x87));
  }
  return scalar + (double)x87;
}

// All sixteen vector registers are in use across the loop.
__attribute__((target("avx2"))) static double vectors(double seed) {
  __m256d v[14];
  for (int k = 0; k < 14; k++)
    v[k] = _mm256_set_pd(seed, seed + k, 1.0 / (k + 1), k);
  __m256d shrink = _mm256_set1_pd(0.9999), step = _mm256_set_pd(1, 2, 3, 4);
  for (int i = 0; i < 1000; i++)
    for (int k = 0; k < 14; k++) {
      v[k] = _mm256_add_pd(_mm256_mul_pd(v[k], shrink), step);
      __asm__ volatile("" : "+x"(v[k]));
    }
  double sum = 0, parts[4];
  for (int k = 0; k < 14; k++) {
    _mm256_storeu_pd(parts, v[k]);
    sum += parts[0] - parts[1] + parts[2] * 3 + parts[3] / 7;
  }
  return sum;
}

static double vectors_if_any(double seed) {
  return __builtin_cpu_supports("avx2") ? vectors(seed) : reals(seed + 1);
}

static void expect_same(const char *what, double value, double expected) {
  if (memcmp(&value, &expected, sizeof value) != 0)
    wrong("%s: %.17g instead of %.17g", what, value, expected);
}

static void *busy(void *self) {
  uint64_t whole = integers(42);
  double real = reals(3.25), vector = vectors_if_any(1.5);
  for (;;) {
    uint64_t before = version_of(7);
    uint64_t value = integers(42);
    if (value != whole)
      wrong("integers: %#lx instead of %#lx", value, whole);
    expect_same("reals", reals(3.25), real);
    expect_same("vectors", vectors_if_any(1.5), vector);
    round_done((int)(intptr_t)self, before);
  }
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// Written out, for a call that goes on after a stop is made again from the
// instruction that loads its number.
static long futex_wait(uint32_t *word, uint32_t value, struct timespec *limit) {
  long result;
  register struct timespec *r10 __asm__("r10") = limit;
  __asm__ volatile("mov $202, %%eax\n\tsyscall"
                   : "=&a"(result)
                   : "D"(word), "S"(128L), "d"((long)value), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

static void expect_slept(const char *what, long result, int error, long good,
                         uint64_t start, uint64_t limit) {
  uint64_t slept = now_ns() - start;
  if (result != good)
    wrong("%s: result %ld, errno %d", what, result, error);
  if (slept < limit)
    wrong("%s: %lu ns instead of %lu", what, slept, limit);
}

static void *timed(void *self) {
  struct timespec nap = {0, 200000};
  struct pollfd nothing = {-1, POLLIN, 0};
  uint32_t word = 1;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  for (;;) {
    uint64_t before = version_of(11), start = now_ns();
    long result = nanosleep(&nap, NULL);
    expect_slept("nanosleep", result, errno, 0, start, 200000);
    start = now_ns();
    result = poll(&nothing, 1, 1);
    expect_slept("poll", result, errno, 0, start, 1000000);
    start = now_ns();
    result = futex_wait(&word, 1, &nap);
    expect_slept("futex", result, 0, -ETIMEDOUT, start, 200000);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200000;
    if (until.tv_nsec >= 1000000000)
      until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&mutex);
    result = pthread_cond_timedwait(&condition, &mutex, &until);
    pthread_mutex_unlock(&mutex);
    if (result != ETIMEDOUT && result != 0)
      wrong("pthread_cond_timedwait: %ld", result);
    round_done((int)(intptr_t)self, before);
  }
}

// ---- Two threads and two pipes: no byte lost, none twice, no EINTR ----

static int ping[2], pong[2];

static uint64_t receive(const char *what, int fd) {
  uint64_t value;
  ssize_t size = read(fd, &value, sizeof value);
  if (size != sizeof value)
    wrong("%s: read gives %zd, errno %d", what, size, errno);
  return value;
}

static void transmit(const char *what, int fd, uint64_t value) {
  ssize_t size = write(fd, &value, sizeof value);
  if (size != sizeof value)
    wrong("%s: write gives %zd, errno %d", what, size, errno);
}

static void *sender(void *self) {
  for (uint64_t number = 1;; number++) {
    uint64_t before = version_of(13);
    transmit("sender", ping[1], number);
    uint64_t answer = receive("sender", pong[0]);
    if (answer != number * 3)
      wrong("sender: %lu came back as %lu", number, answer);
    struct timespec nap = {0, 200000};
    if (nanosleep(&nap, NULL) != 0)
      wrong("sender: nanosleep: errno %d", errno);
    round_done((int)(intptr_t)self, before);
  }
}

static void *receiver(void *self) {
  for (uint64_t expected = 1;; expected++) {
    uint64_t before = version_of(17), number = receive("receiver", ping[0]);
    if (number != expected)
      wrong("receiver: %lu instead of %lu", number, expected);
    transmit("receiver", pong[1], number * 3);
    round_done((int)(intptr_t)self, before);
  }
}

// ---- Events: epoll_wait may say EINTR after any stop (signal(7)) ----

static int event = -1;

static void *waiter(void *self) {
  int set = epoll_create1(0);
  struct epoll_event what = {.events = EPOLLIN, .data.u64 = 4711};
  epoll_ctl(set, EPOLL_CTL_ADD, event, &what);
  for (;;) {
    uint64_t before = version_of(19);
    struct epoll_event seen = {0};
    int count = epoll_wait(set, &seen, 1, -1);
    if (count < 0 && errno == EINTR)
      continue;
    if (count != 1 || seen.data.u64 != 4711)
      wrong("epoll_wait: %d, errno %d", count, errno);
    if (receive("waiter", event) == 0)
      wrong("eventfd: nothing there");
    round_done((int)(intptr_t)self, before);
  }
}

// ---- Signals: all arrive, in order, on the alternate stack ----

static volatile uint64_t signals_taken;
static char *alternate;
enum { alternate_size = 65536 };

static void on_signal(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  char *here = __builtin_frame_address(0);
  if (here < alternate || here >= alternate + alternate_size)
    wrong("handler: not on the alternate stack");
  if ((uint64_t)(uintptr_t)info->si_value.sival_ptr != signals_taken + 1)
    wrong("handler: signal %p after %lu", info->si_value.sival_ptr,
          signals_taken);
  // Leaves other values in the registers of the interrupted code.
  vectors_if_any((double)signals_taken);
  signals_taken++;
}

static void *signalled(void *self) {
  alternate = malloc(alternate_size);
  stack_t stack = {.ss_sp = alternate, .ss_size = alternate_size}, is;
  sigaltstack(&stack, NULL);
  sigset_t wanted, mask;
  pthread_sigmask(SIG_SETMASK, NULL, &wanted);
  double real = reals(1.75), vector = vectors_if_any(2.5);
  for (uint64_t sent = 1;; sent++) {
    uint64_t before = version_of(23);
    // One that interrupts the work below, wherever that is by then.
    siginfo_t info = {.si_signo = SIGRTMIN, .si_code = SI_QUEUE};
    info.si_value.sival_ptr = (void *)sent;
    info.si_pid = getpid();
    syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN, &info);
    expect_same("reals", reals(1.75), real);
    expect_same("vectors", vectors_if_any(2.5), vector);
    if (signals_taken != sent)
      wrong("%lu signals sent, %lu taken", sent, signals_taken);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (memcmp(&mask, &wanted, sizeof mask) != 0)
      wrong("another signal mask");
    sigaltstack(NULL, &is);
    if (is.ss_sp != alternate || is.ss_size != alternate_size || is.ss_flags)
      wrong("another alternate signal stack");
    uint64_t one = 1;
    if (write(event, &one, sizeof one) != sizeof one)
      wrong("eventfd: errno %d", errno);
    struct timespec nap = {0, 300000};
    nanosleep(&nap, NULL);
    round_done((int)(intptr_t)self, before);
  }
}

// ---- ----

static void prepare_signals(void) {
  struct sigaction action = {.sa_sigaction = on_signal,
                             .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  sigaction(SIGRTMIN, &action, NULL);
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  int file = open(argv[1], O_RDWR);
  board =
      mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (board == MAP_FAILED)
    return 1;
  close(file);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prepare_signals();
  event = eventfd(0, 0);
  if (pipe(ping) != 0 || pipe(pong) != 0)
    return 1;
  void *(*all[])(void *) = {timed,  busy,      sender, receiver,
                            waiter, signalled, timed};
  int is_all = strcmp(argv[2], "all") == 0;
  int count = is_all ? (int)(sizeof all / sizeof *all) : 1;
  for (int i = 1; i < count; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, all[i], (void *)(intptr_t)i);
  }
  board->thread_count = (uint64_t)count;
  (strcmp(argv[2], "busy") == 0 ? busy : timed)((void *)0);
}
