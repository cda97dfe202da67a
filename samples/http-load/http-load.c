// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// http-load PORT CONNECTIONS SECONDS: sends requests one after the other on
// each of CONNECTIONS connections, checks every answer, and stops after SECONDS
// or at SIGTERM. The last line says how many requests were served and failed.
// A connection that breaks counts as a failed request and is made anew.
#include "client.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static atomic_bool is_over;
static atomic_long served, failed, slowest_us;
static int port;

static void stop(int signal) {
  (void)signal;
  is_over = true;
}

static long now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static bool page_is_right(int fd, struct response *response) {
  const char *request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  return exchange(fd, request, strlen(request), response) &&
         response->status == 200 && strstr(response->body, "It works");
}

static bool missing_page_is_missing(int fd, struct response *response) {
  const char *request = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
  return exchange(fd, request, strlen(request), response) &&
         response->status == 404;
}

static bool ping_comes_back(int fd, struct response *response, long number) {
  char body[32];
  char target[32];
  char request[256];
  snprintf(body, sizeof body, "ping %ld", number);
  snprintf(target, sizeof target, "/ping?bytes=%zu", strlen(body));
  size_t length = format_post(request, sizeof request, target, "", body);
  return exchange(fd, request, length, response) && response->status == 200 &&
         strcmp(response->body, body) == 0;
}

static bool request_is_answered(int fd, struct response *response,
                                long number) {
  if (number % 4 == 0)
    return page_is_right(fd, response);
  if (number % 16 == 1)
    return missing_page_is_missing(fd, response);
  return ping_comes_back(fd, response, number);
}

static void *send_requests(void *unused) {
  (void)unused;
  struct response *response = malloc(sizeof *response);
  int fd = connect_to(port);
  for (long number = 0; response && !is_over; number++) {
    long start = now_us();
    if (request_is_answered(fd, response, number)) {
      served++;
    } else {
      failed++;
      close(fd);
      fd = connect_to(port);
    }
    long took = now_us() - start;
    long before = slowest_us;
    while (took > before &&
           !atomic_compare_exchange_weak(&slowest_us, &before, took))
      ;
  }
  close(fd);
  free(response);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: http-load PORT CONNECTIONS SECONDS\n");
    return 2;
  }
  port = atoi(argv[1]);
  int count = atoi(argv[2]);
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGALRM, &action, NULL);
  alarm(atoi(argv[3]));

  pthread_t threads[64];
  if (count < 1 || count > 64)
    count = 4;
  for (int i = 0; i < count; i++)
    if (pthread_create(&threads[i], NULL, send_requests, NULL) != 0)
      return 1;
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
  printf("served %ld failed %ld slowest %ld us\n", served, failed, slowest_us);
  return failed != 0;
}
