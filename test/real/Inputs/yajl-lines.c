// Reads JSON from standard input and answers each line with what became of it,
// and whether memory is left behind each time.
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <yajl/yajl_tree.h>

// Freed memory is kept for the next time, and counts as used.
static size_t used_after(const char *json, int times, int *is_parsed) {
  char error[200];
  while (times-- > 0) {
    yajl_val tree = yajl_tree_parse(json, error, sizeof error);
    *is_parsed = tree != NULL;
    yajl_tree_free(tree);
  }
  return mallinfo2().uordblks;
}

int main(void) {
  char line[4096];
  int is_parsed;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    size_t used = used_after(line, 100, &is_parsed);
    if (used_after(line, 100, &is_parsed) > used)
      puts("leaks");
    else
      puts(is_parsed ? "parsed" : "error");
  }
  return 0;
}
