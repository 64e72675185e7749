/* stage.c - a worker, from a configuration, to its end. */
#include "base/log.h"
#include "config/conf.h"

#include "sim.h"
#include "stage.h"
#include "unit.h"

struct worker *worker;
struct snapshot *snapshot;

bool
setup(const char *text)
{
	struct conf *c = conf_new(snapshot_tables);
	const int fds[1] = { -1 };

	assert_non_null(c);
	sim_init();
	conf_parse_text(c, "test", "listen 127.0.0.1:1080\nlog quiet\n");
	conf_parse_text(c, "test", text != NULL ? text : "rule direct\n");
	snapshot = snapshot_load(c);
	conf_report(c, stderr);
	log_set_level(LOG_QUIET);
	conf_free(c);
	assert_non_null(snapshot);
	worker = worker_new(snapshot, fds);
	return worker != NULL;
}

void
teardown(void)
{
	alloc_fail_at(0);
	worker_free(worker);
	snapshot_free(snapshot);
	assert_int_equal(sim_open(), 0);
	sim_init();
}
