/* Attributes of repositories, tags and manifests. */
#include "attributes.h"

#include <acr/ops.h>

#define ATTRIBUTE(variable, long_name, member, text)                                                                   \
	const struct option variable = {                                                                               \
		.name = (long_name),                                                                                   \
		.type = &type_boolean,                                                                                 \
		.bind = BODY("/" member),                                                                              \
		.help = (text),                                                                                        \
	};
ATTRIBUTE(opt_delete_enabled, "delete-enabled", "deleteEnabled", "Whether it may be deleted.")
ATTRIBUTE(opt_list_enabled, "list-enabled", "listEnabled", "Whether it shows up in lists.")
ATTRIBUTE(opt_read_enabled, "read-enabled", "readEnabled", "Whether it may be pulled.")
ATTRIBUTE(opt_write_enabled, "write-enabled", "writeEnabled", "Whether it may be pushed to or deleted.")

#define CHANGES "not_null(delete_enabled, list_enabled, read_enabled, write_enabled) != `null`"

const struct variant attribute_show[] = {
	{.when = "target.digest", .op = &acr_op_manifest_show_metadata, .select = "manifest"},
	{.when = "target.tag", .op = &acr_op_tag_show, .select = "tag"},
	{0},
};
const struct variant attribute_update[] = {
	{.when = "target.digest && " CHANGES, .op = &acr_op_manifest_update_metadata, .select = "manifest"},
	{.when = "target.tag && " CHANGES, .op = &acr_op_tag_update, .select = "tag"},
	{.when = CHANGES, .op = &acr_op_repository_update},
	{.when = "target.digest", .op = &acr_op_manifest_show_metadata, .select = "manifest"},
	{.when = "target.tag", .op = &acr_op_tag_show, .select = "tag"},
	{0},
};
