/* headers.c - prints the tables of bauta-headers(7), for the build. */
#include <stdio.h>

#include "http/profile.h"

int
main(void)
{
	http_fields_manual(stdout);
	return fflush(stdout) != 0 || ferror(stdout);
}
