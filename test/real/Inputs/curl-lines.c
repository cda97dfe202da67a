// Fetches each line, a URL, and answers with the body or the error's number.
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char line[4096];
  setvbuf(stdout, NULL, _IOLBF, 0);
  CURL *handle = curl_easy_init();
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    curl_easy_setopt(handle, CURLOPT_URL, line);
    CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK)
      printf("error %d\n", (int)code);
  }
  curl_easy_cleanup(handle);
  return 0;
}
