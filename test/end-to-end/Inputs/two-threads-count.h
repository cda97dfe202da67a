// Calls next() in a second thread and in the first one.
#include <pthread.h>

#include "victim.h"

int next(void);

static void *other(void *result) {
  *(int *)result = next();
  return NULL;
}
void show(void) {
  pthread_t thread;
  int there;
  pthread_create(&thread, NULL, other, &there);
  pthread_join(thread, NULL);
  printf("here %d there %d\n", next(), there);
}
