/* Commands about repositories and the tags in them. */
#include <acr/ops.h>

#include "attributes.h"
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option repository = {
	.name = "repository",
	.type = &type_repository_name,
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option required_repository = {
	.name = "repository",
	.type = &type_repository_name,
	.flags = OPT_REQUIRED,
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_image,
	.complete = "image",
	.help = "An image, as 'name:tag' or 'name@digest'; the tag is 'latest' when neither is given.",
};
static const struct option tagged_image = {
	.name = "image",
	.letter = 't',
	.type = &type_image,
	.flags = OPT_REQUIRED,
	.complete = "image",
	.help = "An image, as 'name:tag'; the tag is 'latest' when none is given.",
};
static const struct option detail = {
	.name = "detail",
	.type = &type_flag,
	.help = "Show all that the registry knows of each.",
};
static const struct command commands[] = {
	{
		.path = "repository delete",
		.summary = "Delete a repository, or a manifest with all its tags.",
		.options = OPTIONS(&opt_registry_name, &repository, &image, &opt_hidden_group, SIGN_IN, &opt_yes),
		.examples = EXAMPLES({"Delete an image by tag: the manifest goes with every tag it has",
				      "acr repository delete -n myregistry --image hello-world:v1"},
				     {"Delete a repository without a question",
				      "acr repository delete -n myregistry --repository hello-world --yes"}),
		.target = TARGET_MANIFEST,
		.run = repository_delete,
	},
	{
		.path = "repository list",
		.summary = "List the repositories of a registry.",
		.options = OPTIONS(&opt_registry_name, &opt_top, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"As a table", "acr repository list -n myregistry -o table"}),
		.op = &acr_op_catalog,
	},
	{
		.path = "repository list-deleted",
		.summary = "List the repositories in which something was deleted that is still kept (soft delete).",
		.options = OPTIONS(&opt_registry_name, SIGN_IN),
		.examples = EXAMPLES({"As a table", "acr repository list-deleted -n myregistry -o table"}),
		.op = &acr_op_deleted_repository_list,
		.status = STATUS_PREVIEW,
	},
	{
		.path = "repository show",
		.summary = "Show the attributes of a repository or an image.",
		.options = OPTIONS(&opt_registry_name, &repository, &image, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"A repository", "acr repository show -n myregistry --repository hello-world"},
				     {"The digest behind a tag",
				      "acr repository show -n myregistry --image hello-world:v1 --query digest -o tsv"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_show,
		.flags = CMD_SHOW,
	},
	{
		.path = "repository show-manifests",
		.summary = "List the manifests of a repository.",
		.options = OPTIONS(&opt_registry_name, &required_repository, &opt_top, &opt_orderby, &opt_hidden_group,
				   SIGN_IN, &detail),
		.examples = EXAMPLES({"The newest five",
				      "acr repository show-manifests -n myregistry --repository hello-world --top 5 --orderby "
				      "time_desc"}),
		.target = TARGET_REPOSITORY,
		.op = &acr_op_manifest_list,
		.select = "[].{digest: not_null(digest, ''), tags: not_null(tags, `[]`), timestamp: not_null(lastUpdateTime, "
			  "'')}",
		.variants = VARIANTS({.when = "detail", .select = "@"}),
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr manifest list-metadata",
	},
	{
		.path = "repository show-tags",
		.summary = "List the tags of a repository.",
		.options = OPTIONS(&opt_registry_name, &required_repository, &opt_top, &opt_orderby, &opt_hidden_group,
				   SIGN_IN, &detail),
		.examples = EXAMPLES({"As a table", "acr repository show-tags -n myregistry --repository hello-world -o table"},
				     {"The ten newest, with their digests",
				      "acr repository show-tags -n myregistry --repository hello-world --top 10 --orderby "
				      "time_desc --detail"}),
		.target = TARGET_REPOSITORY,
		.op = &acr_op_tag_list,
		.select = "[].name",
		.variants = VARIANTS({.when = "detail", .select = "@"}),
	},
	{
		.path = "repository untag",
		.summary = "Remove a tag; the manifest stays.",
		.options = OPTIONS(&opt_registry_name, &tagged_image, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"Remove the tag v1", "acr repository untag -n myregistry --image hello-world:v1"}),
		.target = TARGET_TAG,
		.op = &acr_op_tag_delete,
	},
	{
		.path = "repository update",
		.summary = "Change the attributes of a repository or an image.",
		.options = OPTIONS(&opt_registry_name, &repository, &image, &opt_hidden_group, SIGN_IN, ATTRIBUTES),
		.examples = EXAMPLES({"Lock an image against being overwritten",
				      "acr repository update -n myregistry --image hello-world:v1 --write-enabled false"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_update,
	},
	{0},
};

const struct group repository_group = {
	.path = "repository",
	.summary = "Manage repositories (image names) in a registry.",
	.commands = commands,
};
