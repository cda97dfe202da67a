// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int connect_to(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int on = 1;
  struct timeval patience = {.tv_sec = 10};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (fd >= 0 && connect(fd, (void *)&address, sizeof address) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

bool exchange(int fd, const char *request, size_t length,
              struct response *response) {
  if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
    return false;
  char text[sizeof response->body + 1024];
  size_t filled = 0;
  for (;;) {
    ssize_t count = recv(fd, text + filled, sizeof text - 1 - filled, 0);
    if (count <= 0)
      return false;
    filled += count;
    text[filled] = 0;
    char *end = strstr(text, "\r\n\r\n");
    if (!end)
      continue;
    char *field = strstr(text, "Content-Length: ");
    if (!field || field > end || strncmp(text, "HTTP/1.1 ", 9) != 0)
      return false;
    response->status = atoi(text + 9);
    response->length = strtoul(field + 16, NULL, 10);
    if (response->length >= sizeof response->body)
      return false;
    char *body = end + 4;
    if ((size_t)(text + filled - body) < response->length)
      continue;
    memcpy(response->body, body, response->length);
    response->body[response->length] = 0;
    return true;
  }
}

size_t format_post(char *to, size_t size, const char *target,
                   const char *further_fields, const char *body) {
  return snprintf(to, size,
                  "POST %s HTTP/1.1\r\nHost: localhost\r\n%s"
                  "Content-Length: %zu\r\n\r\n%s",
                  target, further_fields, strlen(body), body);
}
