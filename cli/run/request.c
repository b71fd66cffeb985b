/* Requests for runs: their members, and what stands in their way at the registry. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/schedule.h"

static bool among(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

static int check_part(const char *part, const char *what, const char *const *valid, struct acr_error *error)
{
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;

	if (!part || among(part, valid))
		return 0;
	for (; *valid; valid++)
		acr_buf_printf(&list, "%s%s", list.length ? "," : "", *valid);
	return acr_fail(error, ACR_ERROR_GENERAL,
			"'%s' is not a valid value for %s specified in --platform. Valid options are %s.", part, what,
			acr_buf_str(&list));
}

/* os[/architecture[/variant]] in any case, into a JSON object as requests have it. */
int schedule_platform(const char *text, struct acr_json **ret, struct acr_error *error)
{
	static const char *const systems[] = {"linux", "windows", NULL};
	static const char *const architectures[] = {"amd64", "x86", "386", "arm", "arm64", NULL};
	static const char *const variants[] = {"v6", "v7", "v8", NULL};
	ACR_AUTO_FREE char *copy = acr_strdup(text ? text : "linux/amd64");
	char *os = copy, *architecture, *variant = NULL, *c;
	int rc;

	for (c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	architecture = strchr(os, '/');
	if (architecture) {
		*architecture++ = '\0';
		variant = strchr(architecture, '/');
		if (variant)
			*variant++ = '\0';
	}
	if ((rc = check_part(os, "OS", systems, error)) < 0 ||
	    (rc = check_part(architecture, "Architecture", architectures, error)) < 0 ||
	    (rc = check_part(variant, "Variant", variants, error)) < 0)
		return rc;
	*ret = acr_json_new_object();
	acr_json_set_str(*ret, "os", os);
	acr_json_set_str(*ret, "architecture", architecture ? architecture : "amd64");
	if (variant)
		acr_json_set_str(*ret, "variant", variant);
	return 0;
}

int schedule_check(struct context *context, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *platform = NULL;

	if (args_string(context->args, "auth-mode") && args_string(context->args, "source-acr-auth-id"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give either --auth-mode or --source-acr-auth-id, not both.");
	return schedule_platform(args_string(context->args, "platform"), &platform, error);
}

/* How the run signs in to its registry: as asked; else, where access is granted by repository, as the caller. */
static int source_credentials(struct context *context, const struct acr_json *registry, struct acr_json **ret,
			      struct acr_error *error)
{
	const char *mode = args_string(context->args, "auth-mode");
	const char *identity = args_string(context->args, "source-acr-auth-id");
	const char *assignment = acr_json_str(registry, "/properties/roleAssignmentMode");
	ACR_AUTO_PTR(acr_json) *credentials = acr_json_new_object();
	int rc;

	if (!mode && !identity && assignment && !strcasecmp(assignment, "AbacRepositoryPermissions")) {
		identity = "[caller]";
		io_info(context->io, "The registry grants access by repository: the run signs in as you.");
	}
	if (mode &&
	    (rc = acr_json_put(&credentials, "/sourceRegistry/loginMode", acr_json_new_string(mode), error)) < 0)
		return rc;
	if (identity &&
	    (rc = acr_json_put(&credentials, "/sourceRegistry/identity", acr_json_new_string(identity), error)) < 0)
		return rc;
	*ret = TAKE(credentials);
	return 0;
}

int schedule_check_pool(struct context *context, struct acr_error *error)
{
	const char *pool = args_string(context->args, "agent-pool"), *registry = args_string(context->args, "registry");
	ACR_AUTO(acr_error) problem = ACR_ERROR_INIT;
	struct acr_params params = {0};
	struct acr_json *answer = NULL;
	int rc;

	if (!pool)
		return 0;
	params.path = acr_json_new_object();
	acr_json_set_str(params.path, "agentPool", pool);
	rc = context_call(context, &acr_op_agentpool_show, &params, NULL, &answer, &problem);
	acr_params_clear(&params);
	acr_json_free(answer);
	/* Who may not look may still be allowed to run there. */
	if (rc < 0 && problem.http_status == 403)
		return 0;
	if (rc == ACR_ERROR_NOT_FOUND)
		return acr_fail(
			error, ACR_ERROR_NOT_FOUND,
			"The registry '%s' has no agent pool '%s'. See 'acr agentpool list -r %s', or make one with "
			"'acr agentpool create -r %s -n %s'.",
			registry, pool, registry, registry, pool);
	return rc < 0 ? acr_error_move(error, &problem) : 0;
}

/* The service's shared agents come from outside the registry's network. */
static int check_firewall(struct context *context, const struct acr_json *registry, bool pushes,
			  struct acr_error *error)
{
	const char *public = acr_json_str(registry, "/properties/publicNetworkAccess");
	const char *action = acr_json_str(registry, "/properties/networkRuleSet/defaultAction");
	bool closed = public && !strcasecmp(public, "Disabled"), limited = action && !strcasecmp(action, "Deny");
	bool some_let_in = acr_json_first(acr_json_at(registry, "/properties/networkRuleSet/ipRules"));
	ACR_AUTO_FREE char *text = NULL;

	if ((!closed && !limited) || args_string(context->args, "agent-pool") ||
	    acr_json_bool(acr_json_at(registry, "/properties/networkRuleBypassAllowedForTasks")))
		return 0;
	text = acr_format(
		"The registry '%s' %s, and the service's shared agents are outside. Run on an agent pool in its "
		"network (--agent-pool; see 'acr agentpool create --subnet-id')%s.",
		args_string(context->args, "registry"),
		closed ? "is closed to public networks" : "lets in only the networks that its rules name",
		closed ? ", or open it with 'acr update --public-network-enabled true'"
		       : ", or let the agents in with 'acr network-rule add --ip-address'");
	if (pushes && (closed || !some_let_in))
		return acr_fail(error, ACR_ERROR_GENERAL, "%s", text);
	io_warn(context->io, "%s", text);
	return 0;
}

int schedule_request(struct context *context, const char *type, bool pushes, struct acr_json **ret,
		     struct acr_error *error)
{
	const char *pool = args_string(context->args, "agent-pool");
	const char *template = args_string(context->args, "log-template");
	long timeout = args_integer(context->args, "timeout", 0);
	ACR_AUTO_PTR(acr_json) *request = acr_json_new_object(), *registry = NULL;
	struct acr_json *platform = NULL, *credentials = NULL;
	int rc;

	if ((rc = context_registry_resource(context, &registry, error)) < 0 ||
	    (rc = check_firewall(context, registry, pushes, error)) < 0 ||
	    (rc = schedule_check_pool(context, error)) < 0)
		return rc;
	acr_json_set_str(request, "type", type);
	acr_json_set_bool(request, "isArchiveEnabled", false);
	if ((rc = schedule_platform(args_string(context->args, "platform"), &platform, error)) < 0)
		return rc;
	acr_json_set(request, "platform", platform);
	if ((rc = source_credentials(context, registry, &credentials, error)) < 0)
		return rc;
	acr_json_set(request, "credentials", credentials);
	if (pool)
		acr_json_set_str(request, "agentPoolName", pool);
	if (timeout)
		acr_json_set_num(request, "timeout", (double)timeout);
	if (template)
		acr_json_set_str(request, "logTemplate", template);
	*ret = TAKE(request);
	return 0;
}

static void add_values(struct context *context, const char *key, bool secret, struct acr_json *list)
{
	const struct acr_json *item;

	for (item = acr_json_first(args_value(context->args, key)); item; item = acr_json_next(item)) {
		struct acr_json *value = acr_json_copy(item);

		acr_json_set_bool(value, "isSecret", secret);
		acr_json_append(list, value);
	}
}

struct acr_json *schedule_values(struct context *context, const char *plain, const char *secret)
{
	struct acr_json *list = acr_json_new_array();

	add_values(context, plain, false, list);
	add_values(context, secret, true, list);
	return list;
}
