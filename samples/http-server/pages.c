// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the server has to say: files, /ping and /login.
#include "server.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int document_root = -1;

void set_document_root(int folder) {
  document_root = folder;
}

static bool answer_text(struct connection *connection,
                        const struct request *request, int status,
                        const char *text) {
  return send_reply(connection->fd, status, "text/plain", text, strlen(text),
                    request->keep_alive);
}

static const char *type_of(const char *path) {
  const char *dot = strrchr(path, '.');
  if (dot && strcmp(dot, ".html") == 0)
    return "text/html";
  if (dot && strcmp(dot, ".css") == 0)
    return "text/css";
  return "application/octet-stream";
}

static bool answer_file(struct connection *connection,
                        const struct request *request) {
  const char *path = request->path + 1;
  if (*path == 0)
    path = "index.html";
  if (*path == '/' || strstr(path, ".."))
    return answer_text(connection, request, 404, "no such page\n");
  int file = openat(document_root, path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    if (file >= 0)
      close(file);
    return answer_text(connection, request, 404, "no such page\n");
  }
  bool keep = send_file(connection->fd, file, status.st_size, type_of(path),
                        request->keep_alive);
  close(file);
  return keep;
}

// POST /ping?bytes=N sends back the first N bytes of the body, for clients
// that want to see whether the line is alive and how fast it is.
static bool answer_ping(struct connection *connection,
                        const struct request *request) {
  long bytes = query_number(request, "bytes");
  const char *end = connection->buffer + buffer_size;
  if (bytes < 0)
    bytes = request->body_length;
  if (bytes > end - request->body)
    return answer_text(connection, request, 400, "too many bytes\n");
  return send_reply(connection->fd, 200, "application/octet-stream",
                    request->body, bytes, request->keep_alive);
}

static bool answer_login(struct connection *connection,
                         const struct request *request) {
  bool is_complete =
      memmem(request->body, request->body_length, "user=", 5) &&
      memmem(request->body, request->body_length, "password=", 9);
  return answer_text(connection, request, is_complete ? 200 : 400,
                     is_complete ? "welcome\n" : "who are you?\n");
}

bool answer(struct connection *connection, const struct request *request) {
  if (strcmp(request->method, "GET") == 0)
    return answer_file(connection, request);
  if (strcmp(request->method, "POST") != 0)
    return answer_text(connection, request, 405, "GET and POST only\n");
  if (strcmp(request->path, "/ping") == 0)
    return answer_ping(connection, request);
  if (strcmp(request->path, "/login") == 0)
    return answer_login(connection, request);
  return answer_text(connection, request, 404, "no such page\n");
}
