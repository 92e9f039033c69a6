/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of level 0, and the ban on what it replaces. Include it last. */
#ifndef CABILDO_BASE_BASE_H
#define CABILDO_BASE_BASE_H

#include "server/base/arena.h"
#include "server/base/clock.h"
#include "server/base/conf.h"
#include "server/base/log.h"
#include "server/base/prog.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"
#include "server/base/str.h"
#include "server/base/utf8.h"
#include "server/base/banned.h"

#endif
