// Reads commands from standard input and answers each with one line:
//   parse XML    a new parser, fed XML
//   old XML      the parser that was made when the program started
//   negative     XML_ParseBuffer with a negative length
//   stop         XML_StopParser on a parser that was not started
#include <expat.h>
#include <stdio.h>
#include <string.h>

static void count(void *data, const XML_Char *name, const XML_Char **atts) {
  (void)name;
  (void)atts;
  ++*(int *)data;
}

static void report(XML_Parser parser, enum XML_Status status, int elements) {
  if (status == XML_STATUS_ERROR)
    printf("error %d\n", XML_GetErrorCode(parser));
  else
    printf("%d elements\n", elements);
}

static void parse(XML_Parser parser, const char *text) {
  int elements = 0;
  XML_SetUserData(parser, &elements);
  XML_SetStartElementHandler(parser, count);
  enum XML_Status status = XML_Parse(parser, text, (int)strlen(text), 1);
  report(parser, status, elements);
}

int main(void) {
  XML_Parser old = XML_ParserCreate(NULL);
  char line[4096];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    XML_Parser parser = XML_ParserCreate(NULL);
    if (strncmp(line, "parse ", 6) == 0) {
      parse(parser, line + 6);
    } else if (strncmp(line, "old ", 4) == 0) {
      parse(old, line + 4);
      XML_ParserReset(old, NULL);
    } else if (strcmp(line, "negative") == 0) {
      XML_GetBuffer(parser, 100);
      report(parser, XML_ParseBuffer(parser, -1, 1), 0);
    } else if (strcmp(line, "stop") == 0) {
      if (XML_StopParser(parser, XML_FALSE) == XML_STATUS_OK) {
        puts("stopped");
      } else {
        enum XML_Error error = XML_GetErrorCode(parser);
        printf("error %d: %s\n", error, XML_ErrorString(error));
      }
    }
    XML_ParserFree(parser);
  }
  XML_ParserFree(old);
  return 0;
}
