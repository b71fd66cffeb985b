/* Small commands: group list's filter, version, query. */
#include <string.h>

#include "context.h"
#include "run/run.h"

#define INPUT_MAX ((size_t)1 << 30)

int group_list_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *tag = args_string(context->args, "tag");
	const char *equals = tag ? strchr(tag, '=') : NULL;
	ACR_AUTO_FREE char *filter = NULL;

	if (!tag)
		return 0;
	if (equals)
		filter = acr_format("tagname eq '%.*s' and tagvalue eq '%s'", (int)(equals - tag), tag, equals + 1);
	else
		filter = acr_format("tagname eq '%s'", tag);
	return acr_json_put(&params->query, "/$filter", acr_json_new_string(filter), error);
}

int version_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)context;
	(void)error;
	*ret = acr_json_new_object();
	acr_json_set_str(*ret, "acr", ACR_VERSION);
	return 0;
}

int query_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *expression = args_string(context->args, "expression");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(INPUT_MAX);
	ACR_AUTO_PTR(acr_json) *input = NULL;
	ACR_AUTO_PTR(acr_query) *query = NULL;
	int rc;

	if ((rc = acr_file_read("-", &text, error)) < 0)
		return rc;
	if ((rc = acr_json_parse(acr_buf_str(&text), text.length, &input, error)) < 0) {
		acr_error_prefix(error, "Standard input is not JSON");
		return rc;
	}
	if (!expression) {
		*ret = TAKE(input);
		return 0;
	}
	if ((rc = acr_query_compile(expression, &query, error)) < 0)
		return rc;
	context->queried = true;
	context->plain_rows = !acr_query_is_projection_of_hash(query);
	return acr_query_run(query, input, ret, error);
}
