#include "request/outcome.h"

const char *
outcome_str(enum outcome o)
{
	switch (o) {
	case OUTCOME_OK:
		return "ok";
	case OUTCOME_DENIED:
		return "denied by a rule";
	case OUTCOME_REFUSED:
		return "connection refused";
	case OUTCOME_HOST_UNREACHABLE:
		return "host unreachable";
	case OUTCOME_NET_UNREACHABLE:
		return "network unreachable";
	case OUTCOME_TIMEOUT:
		return "timed out";
	case OUTCOME_NO_NAME:
		return "no such name";
	case OUTCOME_NAME_FAILED:
		return "no name server answers";
	case OUTCOME_HOP_FAILED:
		return "hop failed";
	case OUTCOME_HOP_AUTH:
		return "hop refuses our login";
	case OUTCOME_BAD_REQUEST:
		return "malformed request";
	case OUTCOME_BAD_COMMAND:
		return "unknown command";
	case OUTCOME_BAD_ADDRESS:
		return "unusable address";
	case OUTCOME_AUTH_NEEDED:
		return "login needed";
	case OUTCOME_AUTH_FAILED:
		return "wrong user or password";
	case OUTCOME_URI_TOO_LONG:
		return "URL too long";
	case OUTCOME_TOO_LARGE:
		return "request too large";
	case OUTCOME_BAD_RESPONSE:
		return "malformed response";
	case OUTCOME_OVERLOADED:
		return "overloaded";
	case OUTCOME_MAX:
		break;
	}
	return "unknown outcome";
}
