/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that have a safer form here; using one does not compile. System
 * headers may declare the names, so this comes last: a .c file includes the
 * system and library headers first, then ours, of which base.h is the last.
 */
#ifndef CABILDO_BASE_BANNED_H
#define CABILDO_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison gmtime localtime ctime asctime atoi atol atoll

#endif
