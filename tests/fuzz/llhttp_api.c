/* llhttp_api.c - the other half of llhttp, which can not share a file. */
#define LLHTTP_STRICT_MODE 1

#include <llhttp/api.c>
#include <llhttp/http.c>
