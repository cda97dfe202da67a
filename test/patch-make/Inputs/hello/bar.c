#include <stdio.h>
#include <unistd.h>

void print_hello(void)
{
	printf("Hello world %s!\n", "being patched");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (1) {
		print_hello();
		sleep(1);
	}
}
