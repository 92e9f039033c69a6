/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The path of MAIL and RCPT (RFC 5321 section 4.1.2), and the same address
 * given on a command line. Says whether it can be an address, not whether
 * anybody is there.
 */
#ifndef CABILDO_MAILER_INTAKE_PATH_H
#define CABILDO_MAILER_INTAKE_PATH_H

#include "server/base/rc.h"
#include "server/base/str.h"

/*
 * in: "<addr> PARAM ..."; addr_r: without brackets and source route, empty for
 * "<>"; rest_r: what follows the path, empty or beginning with a space.
 * RC_INVALID for anything else. Both point into in.
 */
enum rc path_parse(struct slice in, struct slice *addr_r, struct slice *rest_r) MUST_USE;
/* local@domain or a bare local part; UTF-8, no controls, blanks or brackets outside quotes. */
bool path_addr_ok(struct slice addr);

#endif
