/* A small table of commands for tests of the parser, help and completion: one row of each kind that the real tables
 * have, so that changes of those do not move the tests. */
#ifndef SAMPLE_TABLE_H
#define SAMPLE_TABLE_H

#include "spec.h"

extern const struct group *const sample_groups[];

#endif
