/*
 * unit.h - what unit tests share: cmocka, and an allocator that fails on cue.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/*
 * The n-th allocation from now (1 is the next) and all later ones fail; 0:
 * none.  alloc_failed() says whether one did.  To try every point:
 *
 *   for (n = 1;; n++) {
 *           alloc_fail_at(n);
 *           ... run, and check that nothing leaked or crashed ...
 *           if (!alloc_failed())
 *                   break;
 *   }
 *   alloc_fail_at(0);
 */
void alloc_fail_at(unsigned long n);
int alloc_failed(void);

#endif
