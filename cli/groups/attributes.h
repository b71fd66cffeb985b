/* Attributes of what a registry holds: the options that change them, and what shows them. */
#ifndef GROUPS_ATTRIBUTES_H
#define GROUPS_ATTRIBUTES_H

#include "options.h"

extern const struct option opt_delete_enabled, opt_list_enabled, opt_read_enabled, opt_write_enabled;
#define ATTRIBUTES &opt_delete_enabled, &opt_list_enabled, &opt_read_enabled, &opt_write_enabled

/* For rows whose own operation shows those of a repository. Updates without an attribute show them too, as with az. */
extern const struct variant attribute_show[], attribute_update[];

#endif
