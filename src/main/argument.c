#include <stdlib.h>
#include <string.h>

#include "argument.h"

char *
argument_take(char *arg)
{
	char *copy = strdup(arg), *at = strrchr(arg, '@'), *from;

	from = strstr(arg, "://");
	if (copy == NULL || at == NULL)
		return copy;
	for (from = from != NULL && from < at ? from + 3 : arg; from < at;
	     from++)
		*from = '*';
	return copy;
}

void
argument_free(char *copy)
{
	if (copy != NULL)
		explicit_bzero(copy, strlen(copy));
	free(copy);
}
