// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing of requests.
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *find(const char *text, size_t length, const char *what) {
  return memmem(text, length, what, strlen(what));
}

// The value of a header field; NULL if it is not there.
static const char *field(const char *head, size_t length, const char *name) {
  size_t name_length = strlen(name);
  const char *end = head + length;
  for (const char *line = head; line; line = find(line, end - line, "\r\n")) {
    if (line != head)
      line += 2;
    if ((size_t)(end - line) > name_length && line[name_length] == ':' &&
        strncasecmp(line, name, name_length) == 0)
      return line + name_length + 1;
  }
  return NULL;
}

// Copies the word that begins at `from` and ends before one of `stops`.
static const char *copy_word(char *to, size_t size, const char *from,
                             const char *stops) {
  size_t length = strcspn(from, stops);
  if (length >= size)
    return NULL;
  memcpy(to, from, length);
  to[length] = 0;
  return from + length;
}

static bool parse_request_line(const char *head, struct request *request) {
  const char *at =
      copy_word(request->method, sizeof request->method, head, " \r");
  if (!at || *at != ' ')
    return false;
  at = copy_word(request->path, sizeof request->path, at + 1, " ?\r");
  if (!at)
    return false;
  if (*at == '?')
    at = copy_word(request->query, sizeof request->query, at + 1, " \r");
  return at && strncmp(at, " HTTP/1.", 8) == 0;
}

int parse_request(const struct connection *connection,
                  struct request *request) {
  const char *head = connection->buffer;
  const char *head_end = find(head, connection->filled, "\r\n\r\n");
  if (!head_end)
    return connection->filled < buffer_size ? 0 : -1;
  size_t head_length = head_end - head + 4;

  memset(request, 0, sizeof *request);
  if (!parse_request_line(head, request))
    return -1;
  const char *close = field(head, head_length, "Connection");
  request->keep_alive = !close || strncasecmp(close, " close", 6) != 0;
  const char *length = field(head, head_length, "Content-Length");
  long body_length = length ? strtol(length, NULL, 10) : 0;
  if (body_length < 0 || body_length > buffer_size - (long)head_length)
    return -1;
  request->body = head + head_length;
  request->body_length = body_length;
  request->total_length = head_length + body_length;
  return connection->filled >= request->total_length;
}

long query_number(const struct request *request, const char *name) {
  size_t length = strlen(name);
  for (const char *at = request->query; at; at = strchr(at, '&')) {
    at += *at == '&';
    if (strncmp(at, name, length) == 0 && at[length] == '=')
      return strtol(at + length + 1, NULL, 10);
  }
  return -1;
}
