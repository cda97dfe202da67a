// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// http-probe PORT: does the server give away what another client sent? Logs in
// with a password on connections that are then closed, and looks for it in the
// answers to pings that ask for more bytes than they send. Prints what was
// found; exit status 0 if nothing, 1 if the password, 2 if it could not tell.
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char password[] = "correct-horse-battery-staple";

// Browsers send long heads; the password ends up behind what a ping overwrites.
static bool log_in(int port, struct response *response) {
  char fields[512];
  char body[128];
  char request[1024];
  snprintf(fields, sizeof fields, "User-Agent: %0200d\r\nCookie: %0100d\r\n", 0,
           0);
  snprintf(body, sizeof body, "user=alice&password=%s", password);
  size_t length = format_post(request, sizeof request, "/login", fields, body);
  int fd = connect_to(port);
  bool ok = fd >= 0 && exchange(fd, request, length, response) &&
            response->status == 200;
  close(fd);
  return ok;
}

static bool ping(int port, struct response *response) {
  char request[256];
  size_t length =
      format_post(request, sizeof request, "/ping?bytes=1000", "", "hello");
  int fd = connect_to(port);
  bool ok = fd >= 0 && exchange(fd, request, length, response);
  close(fd);
  return ok;
}

// memmem, because what comes back holds NULs.
static const char *find_password(const struct response *response) {
  return memmem(response->body, response->length, password,
                sizeof password - 1);
}

int main(int argc, char **argv) {
  static struct response response;
  if (argc != 2) {
    fprintf(stderr, "usage: http-probe PORT\n");
    return 2;
  }
  int port = atoi(argv[1]);
  for (int round = 0; round < 50; round++) {
    if (!log_in(port, &response) || !ping(port, &response)) {
      fprintf(stderr, "http-probe: error: port %d: no answer\n", port);
      return 2;
    }
    const char *found = find_password(&response);
    if (found) {
      printf(
          "LEAKS: asked for 1000 bytes after sending 5, got \"...%.*s...\"\n",
          (int)sizeof password - 1, found);
      return 1;
    }
  }
  printf("safe: 50 pings for more bytes than were sent, status %d, nothing of "
         "others came back\n",
         response.status);
  return 0;
}
