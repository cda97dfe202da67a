// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small HTTP/1.1 server: worker threads, each with its own epoll loop;
// keep-alive and pipelining; files from a folder, and a /ping that sends back
// what it was sent.
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>

enum { buffer_size = 8192 };

struct connection {
  int fd;
  size_t filled;            // bytes in the buffer
  char buffer[buffer_size]; // the request that is being received
  struct connection *next;  // in the pool of unused connections
};

// One request, as pointers into a connection's buffer.
struct request {
  char method[8];
  char path[256];
  char query[256];
  bool keep_alive;
  const char *body;
  size_t body_length;
  size_t total_length; // head and body
};

// pool.c: connections are kept and used again.
struct connection *pool_take(int fd);
void pool_give_back(struct connection *connection);

// request.c: 1 a whole request, 0 more is needed, -1 not understood.
int parse_request(const struct connection *connection, struct request *request);
// The number after `name=` in the query; -1 if there is none.
long query_number(const struct request *request, const char *name);

// reply.c: false if the connection is to be closed.
bool send_reply(int fd, int status, const char *type, const void *body,
                size_t length, bool keep_alive);
bool send_file(int fd, int file, size_t length, const char *type,
               bool keep_alive);

// pages.c: answers a request; false if the connection is to be closed.
bool answer(struct connection *connection, const struct request *request);
void set_document_root(int folder);

#endif
