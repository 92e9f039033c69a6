/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that parse an archive's messages: nothing that a message does to its parser
 * reaches the database, and the other processor has something to do meanwhile. A job is
 * some hundred messages in memory that both sides see; jobs are done in the order in
 * which they were sent. A message that ends its process twice, or takes longer than half a
 * minute, is rejected, and a new process goes on behind it.
 */
#ifndef CABILDO_IMPORT_CREW_H
#define CABILDO_IMPORT_CREW_H

#include "server/base/str.h"

#define CREW_JOB_MESSAGES 500
#define CREW_JOBS         4

struct crew;

/* bytes: the most that one message has. lang: the group's. NULL: this machine does not
 * give the memory. */
struct crew *crew_new(size_t bytes, const char *lang);
/* Its processes, and those that come after them, let others go first; most: of the
 * messages of a job. */
void crew_gentle(struct crew *c, uint32_t most);
void crew_free(struct crew **c);

/* Adds a message to job k; where it stands there. False: the job is full. */
MUST_USE bool crew_add(struct crew *c, size_t k, struct slice raw, struct slice *raw_r);
void crew_send(struct crew *c, size_t k);
/* Returns when the job is done. */
void crew_wait(struct crew *c, size_t k);
/* The row of message i (parsed.h), as its process left it: a copy is what can be trusted
 * to stay. Empty: its process ended over it, or it needs more room than there is. */
struct slice crew_row(const struct crew *c, size_t k, size_t i);
/* It ended two processes, or was too slow for them. */
bool crew_failed(const struct crew *c, size_t k, size_t i);
/* The job's memory is free for the next. */
void crew_clear(struct crew *c, size_t k);

#endif
