/* SPDX-License-Identifier: Apache-2.0 */
/* One delivery worker: lease, compose, send, settle, until it is told to stop. */
#ifndef CABILDO_MAILER_WORKER_H
#define CABILDO_MAILER_WORKER_H

#include "server/base/prog.h"

/* once: returns when the queue has nothing due. Returns an exit code. */
int deliver_worker(const struct prog *p, bool once);

#endif
