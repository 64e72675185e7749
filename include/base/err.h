/* err.h - the one error space of the program. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	OK = 0,
	ERR_SHORT,	 /* input ends early: not a failure, ask again with more */
	ERR_PROTO,	 /* the peer broke the protocol */
	ERR_AUTH,	 /* a login was refused, or is needed and missing */
	ERR_UNSUPPORTED, /* well-formed, but nothing we do */
	ERR_RANGE,	 /* a value or a length is outside its bounds */
	ERR_SPACE,	 /* output does not fit its buffer */
	ERR_MEMORY,	 /* out of memory: ends one session, never the process */
	ERR_SYSTEM,	 /* a system call failed; errno says why */
};

const char *err_str(enum err);

#endif
