/* SPDX-License-Identifier: Apache-2.0 */
/* One delivery worker: lease, compose, send, settle, until it is told to stop. */
#ifndef CABILDO_MAILER_WORKER_H
#define CABILDO_MAILER_WORKER_H

#include <stdatomic.h>

#include "server/base/prog.h"
#include "server/fanout/queue.h"

/*
 * What parent and worker share, so that the leases of a dead worker are not
 * waited for: the worker writes what it has in hand, the parent names the run
 * that died before it, which the next worker takes over first.
 */
struct deliver_slot {
	char run[QUEUE_RUN_SIZE];
	_Atomic int64_t job; /* between lease and settle; 0: none */
	_Atomic int tries;   /* of that job */
	char gone[QUEUE_RUN_SIZE];
	_Atomic bool to_take; /* gone is still to be taken over */
	int64_t gone_job;
	int gone_tries;
	bool gone_crashed;
};

/* once: returns when the queue has nothing due. slot->run is set. Returns an exit code. */
int deliver_worker(const struct prog *p, struct deliver_slot *slot, bool once);

#endif
