/* SPDX-License-Identifier: Apache-2.0 */
/* The schema that this code knows; schema.sql inserts the same number. */
#ifndef CABILDO_DB_VERSION_H
#define CABILDO_DB_VERSION_H

#ifndef DB_SCHEMA_AHEAD
#define DB_SCHEMA_AHEAD 0 /* tests: of a later Cabildo */
#endif
#define DB_SCHEMA_VERSION (5 + DB_SCHEMA_AHEAD)
/* Stands in schema_version while steps are applied: nobody works meanwhile. */
#define DB_SCHEMA_MOVING 2147483647

#endif
