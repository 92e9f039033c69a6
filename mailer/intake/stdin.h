/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message from standard input, for MTAs that deliver into a command:
 *	cabildo-receive --stdin [-f SENDER] RECIPIENT...
 * The bytes are kept as they come (mostly LF lines); only an mbox "From " line
 * before them is taken off. A line that is a dot is a line.
 */
#ifndef CABILDO_MAILER_INTAKE_STDIN_H
#define CABILDO_MAILER_INTAKE_STDIN_H

#include "mailer/intake/intake.h"

/*
 * argv: what follows the options of the program: [-f SENDER] [-i] [--] RECIPIENT...;
 * without recipients $ORIGINAL_RECIPIENT, else $RECIPIENT; without -f $SENDER, else the
 * "From " line, else the null path. Calls the rcpt and message hooks once
 * and returns the exit code (sysexits) for the MTA; says why on stderr.
 */
int intake_stdin(const struct intake_hooks *hooks, int fd, size_t message_max, int argc,
		 char **argv) MUST_USE;

#endif
