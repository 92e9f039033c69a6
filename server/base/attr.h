/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiler attributes, and the libc calls that this project does without.
 * Every other header of base includes this one.
 */
#ifndef CABILDO_BASE_ATTR_H
#define CABILDO_BASE_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NO_RETURN         __attribute__((noreturn))
#define UNUSED            __attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
