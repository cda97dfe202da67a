// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing of replies. The sockets block: a client that does not read holds up
// its worker for at most the socket's send timeout.
#include "server.h"

#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

static const char *reason(int status) {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 404:
    return "Not Found";
  default:
    return "Method Not Allowed";
  }
}

static int format_head(char *head, size_t size, int status, const char *type,
                       size_t length, bool keep_alive) {
  return snprintf(head, size,
                  "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
                  "Content-Length: %zu\r\nConnection: %s\r\n\r\n",
                  status, reason(status), type, length,
                  keep_alive ? "keep-alive" : "close");
}

static bool write_all(int fd, const char *text, size_t length, int flags) {
  while (length > 0) {
    ssize_t count = send(fd, text, length, MSG_NOSIGNAL | flags);
    if (count <= 0)
      return false;
    text += count;
    length -= count;
  }
  return true;
}

bool send_reply(int fd, int status, const char *type, const void *body,
                size_t length, bool keep_alive) {
  char head[256];
  int head_length =
      format_head(head, sizeof head, status, type, length, keep_alive);
  return write_all(fd, head, head_length, length ? MSG_MORE : 0) &&
         write_all(fd, body, length, 0) && keep_alive;
}

bool send_file(int fd, int file, size_t length, const char *type,
               bool keep_alive) {
  char head[256];
  int head_length =
      format_head(head, sizeof head, 200, type, length, keep_alive);
  if (!write_all(fd, head, head_length, length ? MSG_MORE : 0))
    return false;
  while (length > 0) {
    ssize_t count = sendfile(fd, file, NULL, length);
    if (count <= 0)
      return false;
    length -= count;
  }
  return keep_alive;
}
