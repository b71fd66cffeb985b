/* Commands about manifests. */
#include <acr/ops.h>

#include "attributes.h"
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option registry = {
	.name = "registry",
	.letter = 'r',
	.type = &type_registry,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_repository_name,
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option repository_id = {
	.name = "REPO_ID",
	.key = "id",
	.type = &type_artifact_ids,
	.flags = OPT_POSITIONAL,
	.help = "The repository with its login server: 'myregistry.azurecr.io/hello-world'.",
};
static const struct option manifest_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_image,
	.complete = "image",
	.help = "The name of the artifact, as 'name:tag' or 'name@digest'; the tag is 'latest' when neither is given.",
};
static const struct option manifest_id = {
	.name = "MANIFEST_ID",
	.key = "id",
	.type = &type_artifact_ids,
	.flags = OPT_POSITIONAL,
	.help = "The artifact with its login server: 'myregistry.azurecr.io/hello-world:latest' or "
		"'myregistry.azurecr.io/hello-world@sha256:…'.",
};
static const struct option tagged_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_image,
	.complete = "repository",
	.help = "The name of the repository, with or without a tag: 'hello-world', 'hello-world:latest'.",
};
static const struct option tagged_id = {
	.name = "PERM_REPO_ID",
	.key = "id",
	.type = &type_artifact_ids,
	.flags = OPT_POSITIONAL,
	.help = "The repository with its login server, with or without a tag: 'myregistry.azurecr.io/hello-world:latest'.",
};
static const struct option raw = {
	.name = "raw",
	.type = &type_flag,
	.flags = OPT_RAW,
	.help = "Print the manifest's bytes as they are, so that they can be hashed.",
};
static const struct option artifact_type = {
	.name = "artifact-type",
	.type = &type_artifact_type,
	.bind = QUERY("artifactType"),
	.help = "Only referrers of this type, such as 'application/spdx+json'.",
};
static const struct option recursive = {
	.name = "recursive",
	.type = &type_flag,
	.help = "Also list the referrers of the referrers.",
};
static const struct option digest = {
	.name = "digest",
	.letter = 'd',
	.type = &type_digest,
	.help = "The digest of the manifest to restore; by default the one that was deleted last of those with the tag.",
};
static const struct option force = {
	.name = "force",
	.letter = 'f',
	.type = &type_flag,
	.help = "Take the tag away from the manifest that has it now.",
};
/* A cell of each referrer, blank where it has none. */
#define EACH(member) "manifests[].not_null(" member ", '')"
#define OF_REPOSITORY &registry, &name, &repository_id
#define OF_MANIFEST &registry, &manifest_name, &manifest_id

static const struct command commands[] = {
	{
		.path = "manifest delete",
		.summary = "Delete an artifact: its manifest, all its tags, and what refers to it.",
		.options = OPTIONS(OF_MANIFEST, &opt_yes, SIGN_IN),
		.examples = EXAMPLES({"By tag, without a question",
				      "acr manifest delete -r myregistry -n hello-world:latest --yes"},
				     {"By digest", "acr manifest delete myregistry.azurecr.io/hello-world@sha256:abc123"}),
		.target = TARGET_MANIFEST,
		.op = &acr_op_manifest_remove,
		.confirm = "Are you sure you want to delete the artifact '{target.digest}' and all manifests that refer to it?",
	},
	{
		.path = "manifest list",
		.summary = "List the manifests of a repository, with what is in them.",
		.options = OPTIONS(OF_REPOSITORY, &opt_top, &opt_orderby, SIGN_IN),
		.examples = EXAMPLES({"As a table", "acr manifest list -r myregistry -n hello-world -o table"}),
		.target = TARGET_REPOSITORY,
		.run = manifest_list,
		.columns = COLUMNS({.header = "MediaType", .path = "mediaType"},
				   {.header = "ArtifactType", .path = "artifactType"},
				   {.header = "SubjectDigest", .path = "subject.digest"}),
	},
	{
		.path = "manifest list-deleted",
		.summary = "List the manifests that were deleted and are still kept (soft delete).",
		.options = OPTIONS(OF_REPOSITORY, SIGN_IN),
		.examples = EXAMPLES({"Of a repository", "acr manifest list-deleted -r myregistry -n hello-world"}),
		.target = TARGET_REPOSITORY,
		.op = &acr_op_deleted_manifest_list,
		.run = manifest_list_deleted,
	},
	{
		.path = "manifest list-deleted-tags",
		.summary = "List the tags that were deleted and are still kept (soft delete).",
		.options = OPTIONS(&registry, &tagged_name, &tagged_id, SIGN_IN),
		.examples = EXAMPLES({"Of a repository", "acr manifest list-deleted-tags -r myregistry -n hello-world"},
				     {"What had one tag",
				      "acr manifest list-deleted-tags myregistry.azurecr.io/hello-world:latest"}),
		.target = TARGET_TAGS,
		.op = &acr_op_deleted_tag_list,
		.run = manifest_list_deleted,
	},
	{
		.path = "manifest list-metadata",
		.summary = "List the manifests of a repository.",
		.options = OPTIONS(OF_REPOSITORY, &opt_top, &opt_orderby, SIGN_IN),
		.examples = EXAMPLES({"The newest five",
				      "acr manifest list-metadata -r myregistry -n hello-world --top 5 --orderby time_desc"},
				     {"Of a repository given by its address",
				      "acr manifest list-metadata myregistry.azurecr.io/hello-world"}),
		.target = TARGET_REPOSITORY,
		.op = &acr_op_manifest_list,
	},
	{
		.path = "manifest list-referrers",
		.summary = "List what refers to an artifact: signatures, bills of materials and the like.",
		.options = OPTIONS(OF_MANIFEST, &artifact_type, &recursive, SIGN_IN),
		.examples = EXAMPLES({"Of a tag, as a table",
				      "acr manifest list-referrers -r myregistry -n hello-world:latest -o table"}),
		.target = TARGET_MANIFEST,
		.run = manifest_list_referrers,
		.columns = COLUMNS({.header = "Digest", .path = EACH("digest")},
				   {.header = "ArtifactType", .path = EACH("artifactType")},
				   {.header = "MediaType", .path = EACH("mediaType")},
				   {.header = "Size", .path = EACH("size")}),
	},
	{
		.path = "manifest metadata list",
		.summary = "List the manifests of a repository.",
		.options = OPTIONS(OF_REPOSITORY, &opt_top, &opt_orderby, SIGN_IN),
		.examples = EXAMPLES({"Of a repository", "acr manifest metadata list -r myregistry -n hello-world"}),
		.target = TARGET_REPOSITORY,
		.op = &acr_op_manifest_list,
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr manifest list-metadata",
	},
	{
		.path = "manifest metadata show",
		.summary = "Show the attributes of an artifact.",
		.options = OPTIONS(OF_MANIFEST, SIGN_IN),
		.examples = EXAMPLES({"Of a tag", "acr manifest metadata show -r myregistry -n hello-world:latest"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_show,
		.flags = CMD_HIDDEN | CMD_SHOW,
		.status = STATUS_DEPRECATED,
		.instead = "acr manifest show-metadata",
	},
	{
		.path = "manifest metadata update",
		.summary = "Change the attributes of an artifact.",
		.options = OPTIONS(OF_MANIFEST, SIGN_IN, ATTRIBUTES),
		.examples = EXAMPLES({"Lock a tag",
				      "acr manifest metadata update -r myregistry -n hello-world:latest --write-enabled false"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_update,
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr manifest update-metadata",
	},
	{
		.path = "manifest restore",
		.summary = "Restore a deleted manifest and its tag (soft delete).",
		.options = OPTIONS(OF_MANIFEST, &digest, &force, &opt_yes, SIGN_IN),
		.examples = EXAMPLES({"What had the tag latest when it was deleted last",
				      "acr manifest restore -r myregistry -n hello-world:latest --yes"},
				     {"One of several, by its digest",
				      "acr manifest restore -r myregistry -n hello-world:latest -d sha256:abc123"}),
		.target = TARGET_TAGS,
		.run = manifest_restore,
	},
	{
		.path = "manifest show",
		.summary = "Show a manifest.",
		.options = OPTIONS(OF_MANIFEST, &raw, SIGN_IN),
		.examples = EXAMPLES({"By tag", "acr manifest show -r myregistry -n hello-world:latest"},
				     {"Its bytes, whose hash is the digest",
				      "acr manifest show --raw myregistry.azurecr.io/hello-world:latest | sha256sum"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_manifest_get,
		.flags = CMD_SHOW,
	},
	{
		.path = "manifest show-metadata",
		.summary = "Show the attributes of an artifact.",
		.options = OPTIONS(OF_MANIFEST, SIGN_IN),
		.examples = EXAMPLES({"The digest behind a tag",
				      "acr manifest show-metadata -r myregistry -n hello-world:latest --query digest -o tsv"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_show,
		.flags = CMD_SHOW,
	},
	{
		.path = "manifest update-metadata",
		.summary = "Change the attributes of an artifact.",
		.options = OPTIONS(OF_MANIFEST, SIGN_IN, ATTRIBUTES),
		.examples = EXAMPLES({"Lock a tag against being overwritten",
				      "acr manifest update-metadata -r myregistry -n hello-world:latest --write-enabled false"}),
		.target = TARGET_ARTIFACT,
		.op = &acr_op_repository_show,
		.variants = attribute_update,
	},
	{0},
};

const struct group manifest_group = {
	.path = "manifest",
	.summary = "Manage the manifests of images and other artifacts.",
	.status = STATUS_PREVIEW,
	.commands = commands,
};
