// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// http-server PORT FOLDER: serves FOLDER on 127.0.0.1:PORT. Port 0 takes any
// free one. The line `ready PORT` says that connections are accepted.
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { worker_count = 4 };

static int listener;

static void add_connection(int epoll) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0)
    return; // another worker was faster, or the client has gone
  int on = 1;
  struct timeval patience = {.tv_sec = 5};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  struct connection *connection = pool_take(fd);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (!connection || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
    close(fd);
    if (connection)
      pool_give_back(connection);
  }
}

// Answers the whole requests in the buffer and keeps the rest for later.
static bool answer_all(struct connection *connection) {
  for (;;) {
    struct request request;
    int found = parse_request(connection, &request);
    if (found < 0)
      return send_reply(connection->fd, 400, "text/plain", "what?\n", 6, false);
    if (found == 0)
      return true;
    if (!answer(connection, &request))
      return false;
    connection->filled -= request.total_length;
    memmove(connection->buffer, connection->buffer + request.total_length,
            connection->filled);
  }
}

static bool serve(struct connection *connection) {
  ssize_t count = recv(connection->fd, connection->buffer + connection->filled,
                       buffer_size - connection->filled, MSG_DONTWAIT);
  if (count < 0)
    return errno == EAGAIN || errno == EINTR;
  if (count == 0)
    return false;
  connection->filled += count;
  return answer_all(connection);
}

static void *work(void *unused) {
  (void)unused;
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) {
    perror("epoll");
    exit(1);
  }
  for (;;) {
    struct epoll_event events[32];
    int count = epoll_wait(epoll, events, 32, -1);
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (!connection) {
        add_connection(epoll);
      } else if (!serve(connection)) {
        close(connection->fd);
        pool_give_back(connection);
      }
    }
  }
  return NULL;
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int on = 1;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener < 0 || bind(listener, (void *)&address, length) != 0 ||
      listen(listener, 128) != 0 ||
      getsockname(listener, (void *)&address, &length) != 0)
    return -1;
  return ntohs(address.sin_port);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: http-server PORT FOLDER\n");
    return 2;
  }
  int folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int port = listen_on(atoi(argv[1]));
  if (folder < 0 || port < 0) {
    perror(folder < 0 ? argv[2] : argv[1]);
    return 1;
  }
  set_document_root(folder);
  signal(SIGPIPE, SIG_IGN);
  pthread_t worker;
  for (int i = 1; i < worker_count; i++)
    if (pthread_create(&worker, NULL, work, NULL) != 0)
      return 1;
  printf("ready %d\n", port);
  fflush(stdout);
  work(NULL);
}
