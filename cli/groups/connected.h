/* What the rows of the commands about connected registries share. */
#ifndef GROUPS_CONNECTED_H
#define GROUPS_CONNECTED_H

#include "options.h"
#include "shapes.h"

extern const struct option connected_name; /* --name -n of the connected registry that the command is about */
/* The rule that nothing stands behind both of two options. */
#define NOT_BOTH(one, other)                                                                                           \
	{                                                                                                              \
		.both = {one, other},                                                                                  \
		.refuse = "'{both[0]}' stands behind both --" one " and --" other ": is it to be added or removed?",   \
	}
extern const struct column connected_columns[];

#endif
