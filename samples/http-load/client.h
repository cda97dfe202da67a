// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The client's side of HTTP/1.1, as much as http-load and http-probe need.
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct response {
  int status;
  size_t length;    // of the body
  char body[65536]; // NUL-terminated
};

// A connection to 127.0.0.1:port; -1 if there is none to be had.
int connect_to(int port);

// Sends a request and reads the whole response. False if the connection broke
// or the response was not understood.
bool exchange(int fd, const char *request, size_t length,
              struct response *response);

// Formats a POST request into `to`; returns its length.
size_t format_post(char *to, size_t size, const char *target,
                   const char *further_fields, const char *body);

#endif
