/* resource list: which resources are meant; group exists. */
#include <string.h>

#include "bind.h"
#include "context.h"
#include "run/run.h"
#include "run_op.h"

/* "NAME eq 'VALUE'", joined to what is there already. */
static void add_condition(struct acr_buf *filter, const char *name, const char *value)
{
	acr_buf_printf(filter, "%s%s eq '", filter->length ? " and " : "", name);
	for (; *value; value++)
		acr_buf_puts(filter, *value == '\'' ? "''" : (char[]){*value, '\0'});
	acr_buf_putc(filter, '\'');
}

static int add_type(const struct args *args, struct acr_buf *filter, struct acr_error *error)
{
	const char *type = args_string(args, "resource-type"), *provider = args_string(args, "namespace");
	ACR_AUTO_FREE char *whole = type && provider ? acr_format("%s/%s", provider, type) : acr_strdup(type);

	if (provider && !type)
		return acr_fail(error, ACR_ERROR_GENERAL, "--namespace also requires --resource-type");
	if (whole && !strchr(whole, '/'))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Malformed resource-type: --resource-type=<namespace>/<resource-type> "
				"expected, such as Microsoft.ContainerRegistry/registries.");
	if (whole)
		add_condition(filter, "resourceType", whole);
	return 0;
}

/* The service takes a tag alone. */
static int add_tag(const struct args *args, struct acr_buf *filter, struct acr_error *error)
{
	static const char *const others[] = {"resource-group", "namespace", "resource-type", "name", "location"};
	const char *tag = args_string(args, "tag");
	size_t length = tag ? strcspn(tag, "=") : 0;
	ACR_AUTO_FREE char *name = tag ? acr_strndup(tag, length) : NULL;

	for (size_t i = 0; tag && i < ACR_COUNT(others); i++)
		if (args_string(args, others[i]))
			return acr_fail(error, ACR_ERROR_GENERAL, "you cannot use '--tag' with '--%s'", others[i]);
	if (!tag)
		return 0;
	if (length && name[length - 1] == '*') {
		name[length - 1] = '\0';
		acr_buf_printf(filter, "startswith(tagname, '%s')", name);
	} else {
		add_condition(filter, "tagname", name);
	}
	if (tag[length])
		add_condition(filter, "tagvalue", tag + length + 1);
	return 0;
}

int resource_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *group = args_string(args, "resource-group");
	struct acr_params params = {.path = acr_json_new_object(), .query = acr_json_new_object()};
	ACR_AUTO(acr_buf) filter = ACR_BUF_INIT;
	struct acr_json *list = NULL;
	int rc;

	if (args_string(args, "name"))
		add_condition(&filter, "name", args_string(args, "name"));
	if (args_string(args, "location"))
		add_condition(&filter, "location", args_string(args, "location"));
	if ((rc = add_type(args, &filter, error)) == 0 && (rc = add_tag(args, &filter, error)) == 0) {
		if (group)
			acr_json_set_str(params.path, "resourceGroup", group);
		if (filter.length)
			acr_json_set_str(params.query, "$filter", acr_buf_str(&filter));
		acr_json_set_str(params.query, "$expand", "createdTime,changedTime,provisioningState");
		rc = run_call(context, group ? &acr_op_resource_list_group : &acr_op_resource_list, &params, &list,
			      error);
	}
	acr_params_clear(&params);
	return rc < 0 ? rc : run_finish(context, list, ret, error);
}

int group_exists(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *group = NULL;
	int rc;

	bind_path(context, &params);
	rc = context_call(context, &acr_op_group_show, &params, NULL, &group, error);
	acr_params_clear(&params);
	if (rc < 0 && rc != ACR_ERROR_NOT_FOUND)
		return rc;
	acr_error_clear(error);
	*ret = acr_json_new_bool(rc == 0);
	return 0;
}
