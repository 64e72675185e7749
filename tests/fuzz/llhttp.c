/* llhttp.c - Node's parser as Debian ships its source, made strict. */
#define LLHTTP_STRICT_MODE 1

#include <llhttp/llhttp.c>
