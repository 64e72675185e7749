/*
 * chain.h - hops in a row, seen by the caller as one hop.
 *
 * The wire is in/out of chain_step(): what came from the first hop, what is to
 * be sent to it.  Hop k is asked to connect to hop k+1, the last one to the
 * target.  Between a hop that seals and the next the chain keeps buffers of its
 * own; where no hop seals there are none and bytes pass through untouched.
 * After READY whatever is left in `in` are the target's first bytes; when a
 * hop seals they are had from chain_unseal().
 *
 * Only the last hop's answer to the request speaks about the target and is
 * told as it is.  When a hop before it can not reach the next one, that is
 * OUTCOME_HOP_FAILED whatever it says.
 *
 * Without more each hop is heard before it is told the next thing.  Hops that
 * chain_pipeline() marks are told all at once, greeting, login and request, and
 * behind a request the next hop is told what it may be: so a row of them costs
 * one round trip for each.  A hop that does not take that fails, stays silent
 * or closes; chain_suspects() then says whom to try without, on a new
 * connection.
 *
 * Ownership: the chain owns the hops it opened; specs and target are the
 * caller's and outlive it.
 */
#ifndef OUTBOUND_CHAIN_H
#define OUTBOUND_CHAIN_H

#include "outbound/hop.h"
#include "request/identity.h"

#define CHAIN_MAX     8
#define CHAIN_OUT_MAX 16384 /* room that `out` needs: all hops, in seals */

struct chain;

/*
 * NULL when out of memory; n is 1..CHAIN_MAX.  Without a target (NULL)
 * chain_step() answers READY when the last hop is prepared, and goes on after
 * chain_target(), which may come at any time.
 */
struct chain *chain_open(const struct hop_spec *const *hops, size_t n,
    const struct endpoint *target);
void chain_target(struct chain *, const struct endpoint *);
/*
 * Before the first step: hop k is told this login, whatever its spec says.
 * Both are copied, and wiped in the end; 255 bytes at most.  false: no memory,
 * and the chain is of no use but to be closed.
 */
bool chain_login(struct chain *, size_t k, const char *user, const char *pass);
/*
 * Before the first step, for every chain of a configuration with such hops:
 * those that are tor are told the identity, as the user "<torS0X>0" (tor's
 * proposal 351; to an older tor a login like any other) and a password that
 * only who knows the key could tell from another one.  key: DIGEST_LEN secret
 * bytes; with others every identity is a new one to tor.  false: no memory, as
 * with chain_login().
 */
bool chain_isolate(struct chain *, const uint8_t *key, const struct identity *);
/*
 * Before the first step: hop k takes its handshake in one flight, and bytes
 * behind its request before it answered.  Kinds that have to hear first (what
 * seals does) are not changed by it.
 */
void chain_pipeline(struct chain *, size_t k, bool yes);
enum hop_status chain_step(struct chain *, struct buf *in, struct buf *out,
    enum outcome *why);
/* The hop at work, counted from 0: after FAILED, the one to blame. */
size_t chain_at(const struct chain *);
/*
 * After FAILED: the hop at work does its part, and said that it can not reach
 * the next one.
 */
bool chain_next_is_down(const struct chain *);
/*
 * After FAILED, a closed connection or when it took too long: the hops (bit k
 * for hop k) that perhaps did not take what was said too early for them.  0:
 * the reason is another one, trying without pipeline will not help.
 */
unsigned chain_suspects(const struct chain *);
/*
 * The last hop's request is on its way and the payload may follow behind it,
 * through chain_seal(), although no answer came yet: for hops that take it.
 */
bool chain_asked(const struct chain *);
/* Bytes pass unchanged after READY, so the relay may splice. */
bool chain_is_plain(const struct chain *);
/*
 * After READY, through every seal: move what there is and what fits.  Not OK:
 * the stream is broken, there is no way on.
 */
enum err chain_seal(struct chain *, struct buf *plain, struct buf *wire);
enum err chain_unseal(struct chain *, struct buf *wire, struct buf *plain);
void chain_close(struct chain *);

#endif
