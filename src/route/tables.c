/* tables.c - the `pool` and `chain` directives, as the manual shows them. */
#include "route/route.h"

static const struct conf_arg name_arg[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_arg member_args[] = {
	{ .word = "MEMBER", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_arg proxy_args[] = {
	{ .word = "PROXY", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_arg srv_args[] = {
	{ .word = "NAME", .kind = CONF_TEXT },
	{ .word = "socks5|socks4a|http",
	    .kind = CONF_CHOICE,
	    .choices = "socks5|socks4a|http" },
	{ .word = NULL },
};

static const struct conf_arg balance_args[] = {
	{ .word = "round-robin|least|latency|hash|random",
	    .kind = CONF_CHOICE,
	    .choices = "round-robin|least|latency|hash|random" },
	{ .word = NULL },
};

static const struct conf_arg target_args[] = {
	{ .word = "HOST:PORT", .kind = CONF_HOSTPORT },
	{ .word = NULL },
};

static const struct conf_arg every_args[] = {
	{ .word = "TIME", .kind = CONF_DURATION, .min = 1000, .max = 86400000 },
	{ .word = NULL },
};

static const struct conf_arg mode_args[] = {
	{ .word = "strict|dynamic",
	    .kind = CONF_CHOICE,
	    .choices = "strict|dynamic" },
	{ .word = NULL },
};

static const struct conf_arg hops_arg[] = {
	{ .word = "N", .kind = CONF_NUMBER, .min = 1, .max = CHAIN_HOPS },
	{ .word = NULL },
};

static const struct conf_arg pick_args[] = {
	{ .word = "N", .kind = CONF_NUMBER, .min = 1, .max = CHAIN_HOPS },
	{ .word = "POOL", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_arg yes_no[] = {
	{ .word = "yes|no", .kind = CONF_YESNO },
	{ .word = NULL },
};

static const struct conf_directive pool_block[] = {
	{
	    .name = "members",
	    .args = proxy_args,
	    .min_args = 1,
	    .many_args = true,
	    .doc = "The proxies of the pool.",
	    .example = "members n1 n2 n3",
	},
	{
	    .name = "backup",
	    .args = proxy_args,
	    .min_args = 1,
	    .many_args = true,
	    .doc = "Proxies to use only while no other member is up.",
	    .example = "backup n4",
	},
	{
	    .name = "srv",
	    .args = srv_args,
	    .min_args = 1,
	    .doc = "Instead of members: those that the SRV records of this "
		   "name list, and what they speak, socks5 unless it is "
		   "written.  Records of the lowest priority come first, the "
		   "others while none of those is up.  The records are looked "
		   "up here, and again when they run out; a look-up that "
		   "fails changes nothing.",
	    .example = "srv _socks._tcp.example.net socks5",
	},
	{
	    .name = "balance",
	    .args = balance_args,
	    .min_args = 1,
	    .doc = "Which member is next: in turn, the one with the fewest "
		   "connections, the one that is set up fastest, always the "
		   "same while it is up, or any.  Without it round-robin, and "
		   "for srv random by the weights of the records.  Only "
		   "for requests of rules with `isolate none`: those of others "
		   "are spread over the members, but the same isolation keeps "
		   "its member for as long as that is up.",
	    .example = "balance least",
	},
	{
	    .name = "check",
	    .args = target_args,
	    .doc = "Try each member now and then, through the proxies before "
		   "it: whether it lets us in, and with HOST:PORT whether it "
		   "connects to that: one that does not, when others do, is "
		   "down.  Only while the pool is in use.  Without it requests "
		   "alone show who is down.",
	    .example = "check example.org:443",
	},
	{
	    .name = "check-every",
	    .args = every_args,
	    .min_args = 1,
	    .doc = "The time between two checks of a member; without it 30s.",
	    .example = "check-every 30s",
	},
	{ .name = NULL },
};

static const struct conf_directive chain_block[] = {
	{
	    .name = "hops",
	    .args = member_args,
	    .min_args = 1,
	    .many_args = true,
	    .doc = "The proxies on the way, the nearest first.  A member may "
		   "be a pool, which yields one of its own, or another chain, "
		   "whose hops then stand in its place.  There may be 8 hops "
		   "in all.",
	    .example = "hops n1 n2 n3",
	},
	{
	    .name = "pick",
	    .args = pick_args,
	    .min_args = 2,
	    .doc = "Behind the hops, so many different members of a pool in "
		   "random order.",
	    .example = "pick 2 near",
	},
	{
	    .name = "mode",
	    .args = mode_args,
	    .min_args = 1,
	    .dflt = "strict",
	    .doc = "strict: all hops, in this order, or none.  dynamic: hops "
		   "that are down are left out.  A dynamic chain can not stand "
		   "within another.",
	    .example = "mode dynamic",
	},
	{
	    .name = "min",
	    .args = hops_arg,
	    .min_args = 1,
	    .dflt = "1",
	    .doc = "How many hops of a dynamic chain have to remain.",
	    .example = "min 2",
	},
	{
	    .name = "optimistic",
	    .args = yes_no,
	    .min_args = 1,
	    .dflt = "no",
	    .doc = "Whether the client is told at once that its target is "
		   "reached, so that its first bytes travel with the request.  "
		   "Faster by a round trip through all hops; a target that can "
		   "not be reached is then a connection that closes.",
	    .example = "optimistic no",
	},
	{
	    .name = "otherwise",
	    .args = name_arg,
	    .min_args = 1,
	    .doc = "The chain, pool or proxy to use while this chain is down.  "
		   "Such a chain can not stand within another.",
	    .example = "otherwise n4",
	},
	{ .name = NULL },
};

const struct conf_directive route_directives[] = {
	{
	    .name = "pool",
	    .args = name_arg,
	    .min_args = 1,
	    .many = true,
	    .block = pool_block,
	    .doc = "Proxies that can stand in for each other.  It is used "
		   "wherever a proxy is: as a hop, or by a rule as a chain of "
		   "one.  A member that fails twice in a row is left out for a "
		   "second, then tried with one request; longer each time, "
		   "60 seconds at most.",
	    .example = "pool near { members n1 n2; backup n3; }",
	},
	{
	    .name = "chain",
	    .args = name_arg,
	    .min_args = 1,
	    .many = true,
	    .block = chain_block,
	    .doc = "Proxies in a row: each is asked to connect to the next, "
		   "the last one to the target.  A proxy's or a pool's name "
		   "alone is a chain of one.",
	    .example = "chain deep { hops n1 n2 n3; }",
	},
	{ .name = NULL },
};
