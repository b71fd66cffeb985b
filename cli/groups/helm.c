/* Commands about Helm charts as registries kept them before charts were artifacts. The service has retired them; they
 * still work with registries that answer. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "output.h"
#include "run/run.h"

static const struct option chart = {
	.name = "CHART",
	.key = "chart",
	.type = &type_chart,
	.flags = OPT_POSITIONAL | OPT_REQUIRED,
	.bind = PATH("chart"),
	.help = "The name of the chart.",
};
static const struct option package = {
	.name = "CHART_PACKAGE",
	.key = "package",
	.type = &type_path,
	.flags = OPT_POSITIONAL | OPT_REQUIRED,
	.help = "The file that 'helm package' made.",
};
static const struct option version = {
	.name = "version",
	.type = &type_chart_version,
	.bind = PATH("version"),
	.help = "The version of the chart.",
};
static const struct option prov = {
	.name = "prov",
	.type = &type_flag,
	.help = "Delete the provenance file only.",
};
static const struct option force = {
	.name = "force",
	.type = &type_flag,
	.help = "Replace the chart if it is there already.",
};
static const struct option client_version = {
	.name = "client-version",
	.type = &type_version,
	.fallback = "2.16.3",
	.help = "The version of helm.",
};
static const struct option install_location = {
	.name = "install-location",
	.type = &type_path,
	.fallback = "/usr/local/bin/helm",
	.help = "The file to install helm as.",
};
static const struct option source_url = {
	.name = "source-url",
	.type = &type_url,
	.fallback = "https://get.helm.sh",
	.help = "Where helm is downloaded from: a mirror.",
};

#define DELETED(what) "This operation will delete " what ".\nAre you sure you want to continue?"

static const struct column list_columns[] = {
	{.header = "NAME", .path = "values(@)[].not_null(name, '')"},
	{.header = "CHART VERSION", .path = "values(@)[].not_null(version, '')"},
	{.header = "APP VERSION", .path = "values(@)[].not_null(appVersion, '')"},
	{.header = "DESCRIPTION", .path = "values(@)[].not_null(description, '')", .format = cell_short, .each = true},
	{0},
};
static const struct column show_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "CHART VERSION", .path = "version"},
	{.header = "APP VERSION", .path = "appVersion"},
	{.header = "DESCRIPTION", .path = "description", .format = cell_short},
	{0},
};

static const struct command commands[] = {
	{
		.path = "helm delete",
		.summary = "Delete a chart, or one version of it.",
		.options = OPTIONS(&opt_registry_name, &chart, &version, &opt_hidden_group, SIGN_IN, &prov, &opt_yes),
		.examples = EXAMPLES({"One version", "acr helm delete -n myregistry mychart --version 0.3.2"}),
		.op = &acr_op_helm_delete,
		.confirm = DELETED("all versions of the chart '{chart}'"),
		.variants = VARIANTS({.when = "version && prov",
				      .op = &acr_op_helm_delete_provenance,
				      .confirm = DELETED("the chart package '{chart}-{version}.tgz.prov'")},
				     {.when = "version",
				      .op = &acr_op_helm_delete_package,
				      .confirm = DELETED("the chart package '{chart}-{version}.tgz'")}),
	},
	{
		.path = "helm install-cli",
		.summary = "Download and install helm.",
		.options = OPTIONS(&client_version, &install_location, &source_url, &opt_yes),
		.examples = EXAMPLES({"The newest version 2, in one's own folder",
				      "acr helm install-cli --client-version 2.17.0 --install-location ~/bin/helm"}),
		.run = helm_install,
	},
	{
		.path = "helm list",
		.summary = "List the charts of a registry.",
		.options = OPTIONS(&opt_registry_name, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"As a table", "acr helm list -n myregistry -o table"}),
		.op = &acr_op_helm_list,
		.columns = list_columns,
	},
	{
		.path = "helm push",
		.summary = "Push a chart.",
		.options = OPTIONS(&opt_registry_name, &package, &force, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"A package, also when it is there already",
				      "acr helm push -n myregistry mychart-0.3.2.tgz --force"}),
		.run = helm_push,
	},
	{
		.path = "helm repo add",
		.summary = "Add the registry to helm's repositories.",
		.options = OPTIONS(&opt_registry_name, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"Under the registry's name", "acr helm repo add -n myregistry"}),
		.run = helm_repo_add,
	},
	{
		.path = "helm show",
		.summary = "Show a chart, or one version of it.",
		.options = OPTIONS(&opt_registry_name, &chart, &version, &opt_hidden_group, SIGN_IN),
		.examples = EXAMPLES({"All versions", "acr helm show -n myregistry mychart"}),
		.op = &acr_op_helm_show,
		.variants = VARIANTS({.when = "version", .op = &acr_op_helm_show_version}),
		.flags = CMD_SHOW,
		.columns = show_columns,
	},
	{0},
};

static const struct command none[] = {{0}};

const struct group helm_repo_group = {
	.path = "helm repo",
	.summary = "Make the registry known to helm.",
	.status = STATUS_DEPRECATED,
	.commands = none,
};
const struct group helm_group = {
	.path = "helm",
	.summary = "Manage Helm charts (the former way; use helm v3 with oci:// instead).",
	.status = STATUS_DEPRECATED,
	.commands = commands,
};
