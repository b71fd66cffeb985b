/* What the rows of the commands about connected registries share. */
#ifndef GROUPS_CONNECTED_H
#define GROUPS_CONNECTED_H

#include "options.h"
#include "shapes.h"

extern const struct option connected_name; /* --name -n of the connected registry that the command is about */
extern const struct column connected_columns[];

#endif
