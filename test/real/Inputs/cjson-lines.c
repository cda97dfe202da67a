// Reads JSON pointers from standard input and answers each with the element of
// the array 0 to 99 that it stands for.
#include <cjson/cJSON_Utils.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  cJSON *array = cJSON_CreateArray();
  for (int i = 0; i < 100; i++)
    cJSON_AddItemToArray(array, cJSON_CreateNumber(i));
  char line[4096];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    cJSON *element = cJSONUtils_GetPointer(array, line);
    if (element)
      printf("%d\n", element->valueint);
    else
      puts("nothing");
  }
  cJSON_Delete(array);
  return 0;
}
