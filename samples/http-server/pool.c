// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Connections that are not in use. The one given back last is taken first,
// because its buffer is still in the cache.
#include "server.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *unused;

struct connection *pool_take(int fd) {
  pthread_mutex_lock(&lock);
  struct connection *connection = unused;
  if (connection)
    unused = connection->next;
  pthread_mutex_unlock(&lock);
  if (!connection)
    connection = calloc(1, sizeof *connection);
  if (connection) {
    connection->fd = fd;
    connection->filled = 0;
  }
  return connection;
}

void pool_give_back(struct connection *connection) {
  pthread_mutex_lock(&lock);
  connection->next = unused;
  unused = connection;
  pthread_mutex_unlock(&lock);
}
