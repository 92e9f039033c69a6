/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dry run would have made: keys seen so far and the threads that named
 * ids would join, in memory, 40 bytes an id. Writes nothing anywhere.
 */
#ifndef CABILDO_IMPORT_TALLY_H
#define CABILDO_IMPORT_TALLY_H

#include "server/core/submit.h"

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally **t);
/* The fate the message would have; *threads_r: by how many the list would have more. */
enum fate tally_add(struct tally *t, const struct submit_look *look, int *threads_r);

#endif
