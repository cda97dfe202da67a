// Answers each line, the number of an error, with its text.
#include <libde265/de265.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char line[100];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin))
    puts(de265_get_error_text((de265_error)atoi(line)));
  return 0;
}
