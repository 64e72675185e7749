/* directives.c - prints the directive list of bauta.conf(5), for the build. */
#include <stdio.h>

#include "session/snapshot.h"

int
main(void)
{
	conf_manual(snapshot_tables, stdout);
	return fflush(stdout) != 0 || ferror(stdout);
}
