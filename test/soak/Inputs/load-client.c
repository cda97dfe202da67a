// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// load-client ADDRESS CONNECTIONS REQUEST: sends the bytes of the file REQUEST
// over each of its connections, waits for the whole answer, and again, until
// SIGTERM. ADDRESS is a port of this machine, or the path of a socket.
//
// What a right answer looks like is learnt before: its length, its first and
// its last bytes (a date in between may change). Every answer that differs,
// every connection that ends and every answer that takes longer than ten
// seconds is a failed request. Prints one line of JSON: requests, failures, and
// latencies in microseconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { answer_max = 65536, edge = 12, buckets = 10000001, stall_us = 10000000 };

struct Connection {
  int fd;
  uint64_t started;
  size_t received;
  char answer[answer_max];
};

static char request[answer_max], expected[answer_max];
static size_t request_size, expected_size;
static uint64_t served, failed;
static uint32_t latency[buckets]; // by microsecond
static volatile sig_atomic_t is_ending;

static void end(int signal_number) {
  (void)signal_number;
  is_ending = 1;
}

static uint64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int connect_to(const char *address) {
  int fd;
  if (address[0] == '/') {
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    strncpy(local.sun_path, address, sizeof local.sun_path - 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(fd, (struct sockaddr *)&local, sizeof local) == 0 ? fd : -1;
  }
  struct sockaddr_in net = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)atoi(address)),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return connect(fd, (struct sockaddr *)&net, sizeof net) == 0 ? fd : -1;
}

// The first request may make what the later ones find: the second counts.
static int learn(int fd) {
  for (int round = 0; round < 2; round++) {
    if (write(fd, request, request_size) != (ssize_t)request_size)
      return -1;
    expected_size = 0;
    struct pollfd wait = {fd, POLLIN, 0};
    while (poll(&wait, 1, expected_size == 0 ? 5000 : 300) == 1) {
      ssize_t size =
          read(fd, expected + expected_size, sizeof expected - expected_size);
      if (size <= 0)
        return -1;
      expected_size += (size_t)size;
    }
  }
  return expected_size == 0 ? -1 : 0;
}

static int is_right(const struct Connection *c) {
  size_t size = expected_size < edge ? expected_size : edge;
  return memcmp(c->answer, expected, size) == 0 &&
         memcmp(c->answer + expected_size - size,
                expected + expected_size - size, size) == 0;
}

static void start_request(struct Connection *c) {
  c->received = 0;
  c->started = now_us();
  if (write(c->fd, request, request_size) != (ssize_t)request_size)
    failed++;
}

// 0 if the connection is of no use any more.
static int receive(struct Connection *c) {
  ssize_t size =
      read(c->fd, c->answer + c->received, expected_size - c->received);
  if (size <= 0) {
    failed++;
    return 0;
  }
  c->received += (size_t)size;
  if (c->received < expected_size)
    return 1;
  uint64_t took = now_us() - c->started;
  latency[took < buckets ? took : buckets - 1]++;
  served++;
  if (!is_right(c))
    failed++;
  start_request(c);
  return 1;
}

static unsigned percentile(double share) {
  uint64_t seen = 0, rank = (uint64_t)((double)served * share);
  for (unsigned us = 0; us < buckets; us++)
    if ((seen += latency[us]) > rank)
      return us;
  return buckets;
}

static unsigned slowest(void) {
  unsigned us = buckets - 1;
  while (us > 0 && latency[us] == 0)
    us--;
  return us;
}

static void run(struct Connection *connections, int count) {
  struct pollfd waits[count];
  for (int i = 0; i < count; i++) {
    waits[i] = (struct pollfd){connections[i].fd, POLLIN, 0};
    start_request(&connections[i]);
  }
  while (!is_ending) {
    if (poll(waits, (nfds_t)count, 100) < 0 && errno != EINTR)
      break;
    for (int i = 0; i < count; i++) {
      if (waits[i].fd >= 0 && waits[i].revents != 0 &&
          !receive(&connections[i]))
        waits[i].fd = -1;
      if (waits[i].fd >= 0 && now_us() - connections[i].started > stall_us) {
        failed++;
        waits[i].fd = -1;
      }
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  int count = atoi(argv[2]), file = open(argv[3], O_RDONLY);
  ssize_t size = read(file, request, sizeof request);
  if (size <= 0 || count < 1)
    return 2;
  request_size = (size_t)size;
  signal(SIGTERM, end);
  signal(SIGPIPE, SIG_IGN);
  struct Connection *connections = calloc((size_t)count, sizeof *connections);
  for (int i = 0; i < count; i++)
    if ((connections[i].fd = connect_to(argv[1])) < 0) {
      perror(argv[1]);
      return 1;
    }
  if (learn(connections[0].fd) != 0) {
    fprintf(stderr, "%s: no answer\n", argv[1]);
    return 1;
  }
  puts("ready");
  fflush(stdout);
  run(connections, count);
  printf("{\"served\": %lu, \"failed\": %lu, \"p50\": %u, \"p99\": %u, "
         "\"p999\": %u, \"max\": %u, \"answer_bytes\": %zu}\n",
         served, failed, percentile(0.5), percentile(0.99), percentile(0.999),
         slowest(), expected_size);
  return 0;
}
