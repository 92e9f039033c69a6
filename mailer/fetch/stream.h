/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libetpan 1.9.4 reads on for ever where a server goes away within a literal:
 * its parsers take the end of the stream for bytes that are yet to come. This
 * stands between them and the connection and makes an error of the end, and
 * of a program that was asked to stop.
 */
#ifndef CABILDO_MAILER_FETCH_STREAM_H
#define CABILDO_MAILER_FETCH_STREAM_H

#include <libetpan/libetpan.h>

#include "server/base/rc.h"

/* After TLS is up, if there is any: STARTTLS puts a new connection underneath. */
enum rc stream_guard(mailstream *s) MUST_USE;

#endif
