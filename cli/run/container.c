/* Container instances: what the rows cannot say. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "run/run.h"
#include "run_op.h"

/* The image's registry as its name tells; yours to free(), NULL when it names none. */
static char *server_of(const char *image)
{
	const char *slash = strchr(image, '/');
	char *server = slash ? acr_strndup(image, (size_t)(slash - image)) : NULL;

	if (server && !strpbrk(server, ".:")) {
		free(server);
		return NULL;
	}
	return server;
}

int container_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;

	if (args_string(args, "registry-login-server") && !args_string(args, "registry-username") &&
	    !args_string(args, "acr-identity"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Please specify --registry-username in order to use custom image registry.");
	return 0;
}

/* ---- the container ------------------------------------------------------------------------------------------------
 */

/* Take a command line apart as a shell would: blanks, quotes, backslashes. */
static int split(const char *line, struct acr_json *words, struct acr_error *error)
{
	for (line += strspn(line, " \t\n"); *line; line += strspn(line, " \t\n")) {
		ACR_AUTO(acr_buf) word = ACR_BUF_INIT;
		char quote = '\0';

		for (; *line && (quote || !strchr(" \t\n", *line)); line++) {
			if (!quote && (*line == '"' || *line == '\''))
				quote = *line;
			else if (quote && *line == quote)
				quote = '\0';
			else if (*line == '\\' && line[1] && quote != '\'')
				acr_buf_putc(&word, *++line);
			else
				acr_buf_putc(&word, *line);
		}
		if (quote)
			return acr_fail(error, ACR_ERROR_GENERAL, "--command-line has a quote (%c) that does not end.",
					quote);
		acr_json_append(words, acr_json_new_string(acr_buf_str(&word)));
	}
	return 0;
}

static void add_variables(const struct acr_json *given, const char *member, struct acr_json *list)
{
	for (const struct acr_json *item = acr_json_first(given); item; item = acr_json_next(item)) {
		struct acr_json *variable = acr_json_new_object();

		acr_json_set_str(variable, "name", acr_json_key(item));
		acr_json_set_str(variable, member, acr_json_string(item));
		acr_json_append(list, variable);
	}
}

static struct acr_json *port_list(const struct args *args)
{
	const struct acr_json *given = acr_json_first(args_value(args, "ports"));
	struct acr_json *list = acr_json_new_array();

	do {
		struct acr_json *port = acr_json_new_object();

		acr_json_set_str(port, "protocol", args_string(args, "protocol"));
		acr_json_set_num(port, "port", given ? (double)strtol(acr_json_string(given), NULL, 10) : 80);
		acr_json_append(list, port);
	} while ((given = acr_json_next(given)));
	return list;
}

static bool is_public(const struct args *args)
{
	const char *address = args_string(args, "ip-address");

	return (address && !strcmp(address, "Public")) || args_string(args, "dns-name-label");
}

static int container(const struct args *args, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *result = acr_json_new_object(), *words = acr_json_new_array(),
			       *list = acr_json_new_array();
	struct acr_json *properties = acr_json_new_object();
	int rc = 0;

	acr_json_set_str(result, "name", args_string(args, "container"));
	acr_json_set(result, "properties", properties);
	acr_json_set_str(properties, "image", args_string(args, "image"));
	if (args_string(args, "command-line")) {
		if ((rc = split(args_string(args, "command-line"), words, error)) < 0)
			return rc;
		acr_json_set(properties, "command", TAKE(words));
	}
	if (is_public(args))
		acr_json_set(properties, "ports", port_list(args));
	add_variables(args_value(args, "environment-variables"), "value", list);
	add_variables(args_value(args, "secure-environment-variables"), "secureValue", list);
	if (acr_json_first(list))
		acr_json_set(properties, "environmentVariables", TAKE(list));
	if ((rc = acr_json_put(&properties, "/resources/requests/memoryInGB", acr_json_copy(args_value(args, "memory")),
			       error)) < 0 ||
	    (rc = acr_json_put(&properties, "/resources/requests/cpu", acr_json_copy(args_value(args, "cpu")), error)) <
		    0)
		return rc;
	*ret = TAKE(result);
	return 0;
}

/* ---- the request --------------------------------------------------------------------------------------------------
 */

/* The credential for the image's registry, when one is given or can be asked for. */
static int credential(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *server = args_string(args, "registry-login-server"), *user = args_string(args, "registry-username");
	const char *password = args_string(args, "registry-password"), *identity = args_string(args, "acr-identity");
	ACR_AUTO_FREE char *own = server ? acr_strdup(server) : server_of(args_string(args, "image"));
	int rc;

	*ret = NULL;
	if (!own || (!user && !identity))
		return 0;
	if (user && !password) {
		if (!context->io->in_terminal)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"Please specify --registry-password in order to use custom image registry.");
		if ((rc = context_ask(context, "Image registry password: ", true, &context->typed_password, error)) < 0)
			return rc;
		password = context->typed_password;
	}
	*ret = acr_json_new_object();
	acr_json_set_str(*ret, "server", own);
	if (user)
		acr_json_set_str(*ret, "username", user);
	if (password)
		acr_json_set_str(*ret, "password", password);
	if (identity)
		acr_json_set_str(*ret, "identity", identity);
	return 0;
}

static int add_address(const struct args *args, struct acr_json **body, struct acr_error *error)
{
	struct acr_json *address;

	if (!is_public(args))
		return 0;
	address = acr_json_new_object();
	acr_json_set(address, "ports", port_list(args));
	acr_json_set_str(address, "type", "Public");
	if (args_string(args, "dns-name-label"))
		acr_json_set_str(address, "dnsNameLabel", args_string(args, "dns-name-label"));
	return acr_json_put(body, "/properties/ipAddress", address, error);
}

int container_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	struct acr_json *one = NULL, *login = NULL;
	int rc;

	if ((rc = container(context->args, &one, error)) < 0 ||
	    (rc = acr_json_put(&params->body, "/properties/containers/-", one, error)) < 0 ||
	    (rc = credential(context, &login, error)) < 0 ||
	    (login && (rc = acr_json_put(&params->body, "/properties/imageRegistryCredentials/-", login, error)) < 0) ||
	    (rc = add_address(context->args, &params->body, error)) < 0)
		return rc;
	return group_location_prepare(context, params, error);
}

int container_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *group = args_string(context->args, "resource-group");
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_json *list = NULL;
	int rc;

	if (group)
		acr_json_set_str(params.path, "resourceGroup", group);
	rc = run_call(context, group ? &acr_op_container_list_group : &acr_op_container_list, &params, &list, error);
	acr_params_clear(&params);
	return rc < 0 ? rc : run_finish(context, list, ret, error);
}
