/* The client of one command, and the registry it is about. */
#include "context.h"
#include "blame.h"
#include "pending.h"

#include "sign_in.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static bool interrupted(void *user)
{
	struct context *context = user;
	int64_t now;

	if (!context_signal())
		return false;
	now = context->clock.ticks(&context->clock);
	if (!context->signalled)
		context->signalled = now;
	return now - context->signalled >= context->grace;
}

void context_set_grace(struct context *context, int64_t milliseconds)
{
	context->grace = milliseconds;
}

void context_init(struct context *context, struct io *io, const struct args *args, struct settings *settings)
{
	*context = (struct context){.io = io, .args = args, .settings = settings, .clock = acr_clock_system};
	context->columns = args->command ? args->command->columns : NULL;
	context->clock.interrupted = interrupted;
	context->clock.user = context;
	context->result_given = args->global.output || args->global.query;
}

void context_clear(struct context *context)
{
	acr_client_free(context->client);
	registry_name_clear(&context->name);
	acr_registry_clear(&context->registry);
	acr_image_clear(&context->target);
	acr_json_free(context->resource);
	acr_json_free(context->facts);
	free(context->login_server);
	free(context->user_agent);
	free(context->typed_password);
}

static void trace(void *user, const char *line)
{
	struct context *context = user;

	io_debug(context->io, "%s", line);
}

static void warn(void *user, const char *line)
{
	struct context *context = user;

	io_warn(context->io, "%s", line);
}

/* First variable of the list that is set; *name gets which one. */
static const char *first_variable(const char *const *names, const char **name)
{
	for (; *names; names++)
		if (settings_variable(*names)) {
			if (name)
				*name = *names;
			return settings_variable(*names);
		}
	return NULL;
}

static void network_options(struct context *context)
{
	static const char *const bundles[] = {"ACR_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
	                                      "SSL_CERT_DIR", NULL};
	static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
	static const char *const exceptions[] = {"no_proxy", "NO_PROXY", NULL};
	const char *own = settings_variable("AZURE_HTTP_USER_AGENT");

	if (settings_variable("AZURE_CLI_DISABLE_CONNECTION_VERIFICATION"))
		io_warn(context->io, "AZURE_CLI_DISABLE_CONNECTION_VERIFICATION has no effect: certificates are always verified. "
				     "Set ACR_CA_BUNDLE to the file of the CA that is to be trusted.");

	context->user_agent = acr_format("acr/" ACR_VERSION "%s%s", own ? " " : "", own ? own : "");
	context->http = (struct acr_curl_options){
		.user_agent = context->user_agent,
		.no_proxy = first_variable(exceptions, NULL),
		.clock = &context->clock,
	};
	context->http.proxy = first_variable(proxies, &context->http.proxy_variable);
	context->http.ca_bundle = first_variable(bundles, &context->http.ca_variable);
}

/* NULL when the command names none. */
static const char *asked_subscription(const struct context *context)
{
	return context->subscription ? context->subscription : context->args->global.subscription;
}

int context_account(const struct context *context, const struct acr_json **ret, struct acr_error *error)
{
	int rc = settings_account(context->settings, asked_subscription(context), ret, error);

	return rc < 0 || *ret ? rc : settings_default_account(context->settings, ret, error);
}

/* [acr] audience_resource: a URL, or the name in front of .azure.net. */
static char *registry_audience(struct settings *settings)
{
	const char *value = settings_get(settings, "acr", "audience_resource");

	if (!value || !*value)
		return NULL;
	return !strncmp(value, "https://", 8) ? acr_strdup(value) : acr_format("https://%s.azure.net", value);
}

int context_client(struct context *context, struct acr_client **ret, struct acr_error *error)
{
	struct acr_client_options options = {0};
	const struct acr_json *account = NULL;
	const char *asked = asked_subscription(context);
	ACR_AUTO(acr_cloud) cloud = {0};
	ACR_AUTO_FREE char *audience = NULL;
	int rc;

	if (context->client) {
		*ret = context->client;
		return 0;
	}
	if ((rc = settings_cloud(context->settings, &cloud, error)) < 0 ||
	    (rc = settings_account(context->settings, asked, &account, error)) < 0)
		return rc;
	network_options(context);
	audience = registry_audience(context->settings);
	options.cloud = cloud;
	options.http = context->http;
	options.subscription = acr_json_str(account, "/id");
	options.subscription_name = acr_json_str(account, "/name");
	if (!options.subscription)
		options.subscription = asked ? asked : settings_variable("AZURE_SUBSCRIPTION_ID");
	options.tenant = sign_in_tenant();
	if (!options.tenant && (rc = context_account(context, &account, error)) < 0)
		return rc;
	if (!options.tenant)
		options.tenant = acr_json_str(account, "/tenantId");
	options.registry_audience = audience;
	options.cache_folder = context->fresh ? NULL : settings_cache_folder(context->settings);
	options.policy_token = context->args->global.acquire_policy_token;
	options.change_reference = context->args->global.change_reference;
	options.sign_in = sign_in;
	options.sign_in_user = context;
	options.trace = context->io->debug ? trace : NULL;
	options.warn = warn;
	options.user = context;
	context->client = acr_client_new(&options);
	*ret = context->client;
	return 0;
}

/* The registry's name, taken apart once: what is cut off is told once. */
int context_registry_name(struct context *context, struct acr_error *error)
{
	const char *text = args_string(context->args, "registry");
	struct io *io = context->io;
	struct acr_client *client;
	int rc;

	if (context->name.name)
		return 0;
	/* A repository id names the login server instead. */
	if (!text && context->login_server) {
		text = context->login_server;
		io = NULL;
	}
	if (!text || !*text)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Name the registry: --registry or --name, or AZURE_DEFAULTS_ACR.");
	if ((rc = context_client(context, &client, error)) < 0)
		return rc;
	return registry_name_parse(text, acr_client_cloud(client), io, &context->name, error);
}

int context_registry(struct context *context, const struct acr_registry **ret, struct acr_error *error)
{
	int rc;

	if (!context->registry.id) {
		if ((rc = context_registry_name(context, error)) < 0)
			return rc;
		rc = acr_locate(context->client, context->name.name, args_string(context->args, "resource-group"),
				&context->registry, error);
		if (rc < 0) {
			blame_registry(context->name.name, error);
			return rc;
		}
	}
	*ret = &context->registry;
	return 0;
}

int context_registry_resource(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_registry *registry;
	struct acr_params params = {0};
	int rc = context_registry(context, &registry, error);

	if (rc < 0)
		return rc;
	if (context->resource) {
		*ret = TAKE(context->resource);
		return 0;
	}
	rc = context_call(context, &acr_op_registry_show, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

static void copy_detail(char **member, const struct acr_json *resource, const char *pointer)
{
	const char *value = acr_json_str(resource, pointer);

	if (!*member && value)
		*member = acr_strdup(value);
}

int context_registry_details(struct context *context, const struct acr_registry **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *resource = NULL;
	int rc = context_registry(context, ret, error);

	if (rc < 0 || (context->registry.sku && context->registry.location))
		return rc;
	if ((rc = context_registry_resource(context, &resource, error)) < 0)
		return rc;
	copy_detail(&context->registry.sku, resource, "/sku/name");
	copy_detail(&context->registry.location, resource, "/location");
	copy_detail(&context->registry.login_server, resource, "/properties/loginServer");
	context->resource = TAKE(resource);
	return 0;
}

/* User name and password given on the command line; a missing password is asked for. */
static int given_login(struct context *context, struct acr_error *error)
{
	const char *username = args_string(context->args, "username");
	const char *password = args_string(context->args, "password");
	int rc;

	if (!username && !password)
		return 0;
	if (!username)
		username = ACR_TOKEN_USER;
	if (!password) {
		if (!context->io->in_terminal)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"Please specify both username and password in non-interactive mode.");
		if ((rc = context_ask(context, "Password: ", true, &context->typed_password, error)) < 0)
			return rc;
		password = context->typed_password;
	}
	acr_registry_auth_set_login(acr_client_registry_auth(context->client),
				    &(struct acr_registry_login){.username = username, .password = password});
	return 0;
}

/* The admin account of the command's registry, for when no token can be had. */
static int admin_account(void *user, const char *registry, char **username, char **password, struct acr_error *error)
{
	struct context *context = user;
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *resource = NULL, *credentials = NULL;
	int rc = context_registry_resource(context, &resource, error);

	(void)registry;
	if (rc < 0)
		return rc;
	if (!acr_json_true(resource, "/properties/adminUserEnabled"))
		return acr_fail(error, ACR_ERROR_AUTH, "The registry's admin user is not enabled.");
	rc = context_call(context, &acr_op_registry_credentials, &params, NULL, &credentials, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if (!acr_json_str(credentials, "/username") || !acr_json_str(credentials, "/passwords/0/value"))
		return acr_fail(error, ACR_ERROR_AUTH, "The registry's admin user has no password.");
	*username = acr_strdup(acr_json_str(credentials, "/username"));
	*password = acr_strdup(acr_json_str(credentials, "/passwords/0/value"));
	return 0;
}

/* The login server by the registry's name. */
static int find_login_server(struct context *context, struct acr_error *error)
{
	const char *suffix = args_string(context->args, "suffix");
	ACR_AUTO_FREE char *label = suffix && *suffix ? acr_format("-%s", suffix) : acr_strdup(context->name.label);

	if (context->name.login_server) {
		context->login_server = acr_strdup(context->name.login_server);
		return 0;
	}
	return acr_login_server(context->client, context->name.name, label,
				args_string(context->args, "resource-group"), &context->login_server, error);
}

int context_login_server(struct context *context, const char **ret, struct acr_error *error)
{
	struct acr_client *client;
	int rc;

	if (!context->login_ready) {
		if ((rc = context_client(context, &client, error)) < 0 ||
		    (!context->login_server &&
		     ((rc = context_registry_name(context, error)) < 0 || (rc = find_login_server(context, error)) < 0)) ||
		    (rc = given_login(context, error)) < 0)
			return rc;
		acr_registry_auth_set_admin_lookup(acr_client_registry_auth(client), admin_account, context);
		context->login_ready = true;
	}
	*ret = context->login_server;
	return 0;
}

int context_login_server_again(struct context *context, struct acr_error *error)
{
	const char *name = context->name.name, *group = args_string(context->args, "resource-group"), *now;
	ACR_AUTO_PTR(acr_json) *resource = NULL;
	ACR_AUTO(acr_error) unheard = ACR_ERROR_INIT;
	int rc;

	/* What the user spelled out is not looked for elsewhere. */
	if (!args_string(context->args, "registry") || !name || context->name.login_server)
		return ACR_ERROR_NETWORK;
	acr_login_server_forget(context->client, name);
	rc = context_registry_resource(context, &resource, &unheard);
	if (rc == ACR_ERROR_INTERRUPTED)
		return acr_error_move(error, &unheard);
	now = rc < 0 ? NULL : acr_json_str(resource, "/properties/loginServer");
	if (!now || !strcasecmp(now, context->login_server))
		return ACR_ERROR_NETWORK;
	acr_login_server_keep(context->client, name, group, now);
	free(context->login_server);
	context->login_server = acr_strdup(now);
	acr_error_clear(error);
	return 0;
}

/* Registries' own messages do not say what they are about. */
static void name_resource(const struct context *context, const struct acr_params *params, struct acr_error *error)
{
	const char *repository = acr_json_str(params->path, "/repository"), *tag = acr_json_str(params->path, "/tag");

	if (!error || !error->service_code || strstr(error->message, context->login_server) ||
	    !strncmp(error->service_code, "AADSTS", 6))
		return;
	if (repository)
		acr_error_prefix(error, "'%s%s%s' in %s", repository, tag ? ":" : "", tag ? tag : "",
		                 context->login_server);
	else
		acr_error_prefix(error, "%s", context->login_server);
}

static int call_registry(struct context *context, const struct acr_op *op, struct acr_params *params,
                         const struct acr_call_options *options, struct acr_json **ret, struct acr_error *error)
{
	const char *server;
	int rc = context_login_server(context, &server, error);

	if (rc < 0)
		return rc;
	acr_json_set_str(params->path, "loginServer", server);
	rc = acr_call(context->client, op, params, options, ret, error);
	if (rc == ACR_ERROR_NETWORK && (rc = context_login_server_again(context, error)) == 0) {
		acr_json_set_str(params->path, "loginServer", context->login_server);
		rc = acr_call(context->client, op, params, options, ret, error);
	}
	if (rc < 0)
		name_resource(context, params, error);
	return rc;
}

int context_call(struct context *context, const struct acr_op *op, struct acr_params *params,
                 const struct acr_call_options *options, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_registry *registry;
	struct acr_call_options call_options = options ? *options : (struct acr_call_options){0};
	ACR_AUTO_FREE char *pending = NULL;
	struct acr_client *client;
	int rc;

	if (!params->path)
		params->path = acr_json_new_object();
	if (op->plane == ACR_PLANE_REGISTRY)
		return call_registry(context, op, params, options, ret, error);
	if ((rc = context_client(context, &client, error)) < 0)
		return rc;
	if (strstr(op->path, "{+registryId}") && !acr_json_get(params->path, "registryId")) {
		if ((rc = context_registry(context, &registry, error)) < 0)
			return rc;
		acr_json_set_str(params->path, "registryId", registry->id);
	}
	call_options.pending = &pending;
	rc = acr_call(client, op, params, &call_options, ret, error);
	if (rc == ACR_ERROR_INTERRUPTED && op->shape == ACR_LRO)
		return pending_explain(context, pending, error);
	if (rc < 0)
		blame_resource(op, params, error);
	return rc;
}
