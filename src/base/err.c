#include "base/err.h"

const char *
err_str(enum err e)
{
	switch (e) {
	case OK:
		return "ok";
	case ERR_SHORT:
		return "more input needed";
	case ERR_PROTO:
		return "protocol violation";
	case ERR_AUTH:
		return "login refused";
	case ERR_UNSUPPORTED:
		return "not supported";
	case ERR_RANGE:
		return "out of range";
	case ERR_SPACE:
		return "buffer full";
	case ERR_MEMORY:
		return "out of memory";
	case ERR_SYSTEM:
		return "system error";
	}
	return "unknown error";
}
