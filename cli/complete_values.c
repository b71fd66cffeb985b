/* Values for completion from the services, kept for a minute so that the shell never waits twice. */
#include "complete_values.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "context.h"

#define LIFETIME_S 60
#define WAIT_MS 300 /* the shell must not seem to hang */

/* Where the values of a kind come from: an operation and the names in its answer. Images are repositories first, then
 * their tags or digests, as the sign behind the repository says. */
static const struct kind {
	const char *name;
	const struct acr_op *op;
	const char *names; /* JMESPath: a list of strings */
} kinds[] = {
	{"registry", &acr_op_registry_list, "[].name"},
	{"group", &acr_op_group_list, "[].name"},
	{"location", &acr_op_location_list, "[].name"},
	{"replication", &acr_op_replication_list, "[].name"},
	{"repository", &acr_op_catalog, "@"},
	{"image", &acr_op_catalog, "@"},
	{"run", &acr_op_run_list, "[].properties.runId"},
	{"webhook", &acr_op_webhook_list, "[].name"},
	{"scope-map", &acr_op_scope_map_list, "[].name"},
	{"token", &acr_op_token_list, "[].name"},
	{"cache-rule", &acr_op_cache_list, "[].name"},
	{"credential-set", &acr_op_credential_set_list, "[].name"},
	{"private-endpoint-connection", &acr_op_private_endpoint_list, "[].name"},
	{"agentpool", &acr_op_agentpool_list, "[].name"},
	{"gateway", &acr_op_connected_list, "[].name"},
	{"task", &acr_op_task_list, "[].name"},
	{"task-run", &acr_op_taskrun_list, "[].name"},
	{"identity", &acr_op_identity_list, "[].id"},
};
static const struct kind tags = {"tag", &acr_op_tag_list, "[].name"};
static const struct kind digests = {"digest", &acr_op_manifest_list, "[].digest"};

static const struct kind *find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < ACR_COUNT(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static int ask(struct context *context, const struct kind *kind, const char *repository, struct acr_json **ret)
{
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_call_options options = {.top = 1000};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	ACR_AUTO_PTR(acr_query) *query = NULL;
	int rc;

	acr_json_set_str(params.path, "repository", repository);
	rc = context_call(context, kind->op, &params, &options, &answer, NULL);
	acr_params_clear(&params);
	if (rc < 0 || (rc = acr_query_compile(kind->names, &query, NULL)) < 0)
		return rc;
	return acr_query_run(query, answer, ret, NULL);
}

/* Whether a value can stand in a line of its own, in front of a terminal. */
static bool is_plain(const char *value)
{
	const char *c = value;

	while (c && *c && !iscntrl((unsigned char)*c))
		c++;
	return c && *value && !*c;
}

/* Past the time limit everything that waits gives up. */
static bool too_late(void *user)
{
	const int64_t *deadline = user;

	return acr_clock_system.ticks(&acr_clock_system) > *deadline;
}

/* The values as the cache or the service has them, NULL when neither does in time. */
static struct acr_json *look_up(struct context *context, const struct kind *kind, const char *repository)
{
	const char *registry = args_string(context->args, "registry"), *subscription;
	struct acr_client *client;
	struct acr_json *values = NULL;

	if (context_client(context, &client, NULL) < 0)
		return NULL;
	subscription = acr_client_subscription(client);
	ACR_AUTO_FREE char *key = acr_format("%s %s %s %s%s%s", acr_client_cloud(client)->resource_manager,
					     subscription ? subscription : "", kind->name, registry ? registry : "",
					     *repository ? " " : "", repository);
	values = acr_cache_get(acr_client_cache(client), "completion", key, 0);
	if (!values && ask(context, kind, repository, &values) == 0)
		acr_cache_put(acr_client_cache(client), "completion", key, values,
			      context->clock.now(&context->clock) + LIFETIME_S);
	return values;
}

void complete_from_services(void *user, const struct args *args, const char *kind_name, const char *prefix,
			    struct acr_buf *out)
{
	const struct kind *kind = find_kind(kind_name);
	const char *sign = strcmp(kind_name, "image") ? NULL : strpbrk(prefix, ":@"), *rest = sign ? sign + 1 : prefix;
	ACR_AUTO_FREE char *repository = acr_strndup(prefix, sign ? (size_t)(sign - prefix) : 0);
	struct io io = {.only_show_errors = true};
	struct context context;
	ACR_AUTO_PTR(acr_json) *values = NULL;
	const struct acr_json *value;
	int64_t deadline = acr_clock_system.ticks(&acr_clock_system) + WAIT_MS;

	if (!kind)
		return;
	if (sign)
		kind = *sign == '@' ? &digests : &tags;
	context_init(&context, &io, args, user);
	context.clock.interrupted = too_late;
	context.clock.user = &deadline;
	values = look_up(&context, kind, repository);
	for (value = acr_json_first(values); value; value = acr_json_next(value))
		if (is_plain(acr_json_string(value)) && !strncasecmp(acr_json_string(value), rest, strlen(rest)))
			acr_buf_printf(out, "%.*s%s\n", (int)(rest - prefix), prefix, acr_json_string(value));
	context_clear(&context);
}
