/* SPDX-License-Identifier: Apache-2.0 */
/* The schema that this code knows; schema.sql inserts the same number. */
#ifndef CABILDO_DB_VERSION_H
#define CABILDO_DB_VERSION_H

#define DB_SCHEMA_VERSION 5

#endif
