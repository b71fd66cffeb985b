/* Clouds: shown, chosen, registered. */
#include <stdlib.h>
#include <string.h>

#include "cloud_fields.h"
#include "clouds.h"
#include "context.h"
#include "run/run.h"

static int not_registered(const char *name, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_GENERAL, "The cloud '%s' is not registered. See 'acr cloud list'.", name);
}

int cloud_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)error;
	*ret = clouds_list(context->settings);
	return 0;
}

/* The cloud that --name means, by default the active one. */
static int find(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	ACR_AUTO(acr_cloud) active = {0};
	int rc;

	if (!name) {
		if ((rc = settings_cloud(context->settings, &active, error)) < 0)
			return rc;
		name = active.name;
	}
	*ret = clouds_show(context->settings, name);
	return *ret ? 0 : not_registered(name, error);
}

int cloud_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return find(context, ret, error);
}

/* Whoever is signed in there is the account in use from now on. */
static void choose_account(struct context *context, const char *cloud)
{
	struct settings *settings = settings_new();
	const struct acr_json *accounts, *account = NULL;
	const char *name;

	if (settings_accounts(settings, &accounts, NULL) == 0)
		for (account = acr_json_first(accounts); account; account = acr_json_next(account)) {
			name = acr_json_str(account, "/environmentName");
			if (name && !strcmp(name, cloud))
				break;
		}
	if (account && settings_set_account(settings, acr_json_str(account, "/id"), NULL) == 0)
		io_warn(context->io, "Active subscription switched to '%s (%s)'.", acr_json_str(account, "/name"),
			acr_json_str(account, "/id"));
	else
		io_warn(context->io, "Use 'acr account login' to log in to this cloud.");
	settings_free(settings);
}

int cloud_set(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *profile = args_string(context->args, "profile"), *variable = settings_variable("AZURE_CLOUD_NAME");
	ACR_AUTO_PTR(acr_json) *cloud = NULL, *values = acr_json_new_object();
	const char *name;
	int rc = find(context, &cloud, error);

	(void)ret;
	if (rc < 0)
		return rc;
	name = acr_json_str(cloud, "/name");
	acr_json_set_str(values, "profile", profile);
	if (profile && (rc = clouds_save(context->settings, name, values, error)) < 0)
		return rc;
	if (acr_json_bool(acr_json_get(cloud, "isActive")))
		return 0;
	if ((rc = clouds_switch(context->settings, name, error)) < 0)
		return rc;
	io_warn(context->io, "Switched active cloud to '%s'.", name);
	if (variable)
		io_warn(context->io, "AZURE_CLOUD_NAME is set: as long as it is, the cloud in use is '%s'.", variable);
	else
		choose_account(context, name);
	return 0;
}

/* ---- registering ---- */

/* "endpoints": {"resourceManager": …} as cloud show prints it, or "endpointResourceManager" beside it. */
static void take_configuration(const struct acr_json *configuration, struct acr_json *values)
{
	for (const struct cloud_field *field = cloud_fields; field->name; field++) {
		ACR_AUTO_FREE char *flat = acr_format("%.*s%c%s", (int)strcspn(field->key, "_"), field->key,
						      field->name[0] - 'a' + 'A', field->name + 1);
		const char *nested =
			acr_json_string(acr_json_get(acr_json_get(configuration, field->part), field->name));
		const char *value = acr_json_string(acr_json_get(configuration, flat));

		if (value || nested)
			acr_json_set_str(values, field->key, value ? value : nested);
	}
	if (acr_json_str(configuration, "/profile"))
		acr_json_set_str(values, "profile", acr_json_str(configuration, "/profile"));
}

static void take_options(const struct args *args, struct acr_json *values)
{
	if (args_string(args, "profile"))
		acr_json_set_str(values, "profile", args_string(args, "profile"));
	for (const struct cloud_field *field = cloud_fields; field->name; field++) {
		ACR_AUTO_FREE char *option = acr_strdup(field->key);

		for (char *c = option; *c; c++)
			if (*c == '_')
				*c = '-';
		if (args_string(args, option))
			acr_json_set_str(values, field->key, args_string(args, option));
	}
}

static const char *value_of(const struct acr_json *values, const char *key)
{
	const char *value = acr_json_string(acr_json_get(values, key));

	return value && *value ? value : NULL;
}

static void set_missing(struct acr_json *values, const char *key, const char *value)
{
	if (value && !value_of(values, key))
		acr_json_set_str(values, key, value);
}

/* What a cloud says about itself, beside its resource manager. */
static int discover(struct context *context, struct acr_json *values, struct acr_error *error)
{
	const char *manager = value_of(values, "endpoint_resource_manager");
	struct acr_rest_request request = {.method = "GET"};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	ACR_AUTO_FREE char *url = NULL;
	struct acr_client *client;
	size_t length;
	int rc;

	if (!manager || (value_of(values, "endpoint_active_directory") &&
			 value_of(values, "endpoint_active_directory_resource_id") &&
			 value_of(values, "endpoint_active_directory_graph_resource_id")))
		return 0;
	for (length = strlen(manager); length && manager[length - 1] == '/'; length--)
		;
	url = acr_format("%.*s/metadata/endpoints?api-version=2015-01-01", (int)length, manager);
	request.url = url;
	if ((rc = context_client(context, &client, error)) < 0 ||
	    (rc = acr_rest(client, &request, &answer, NULL, error)) < 0)
		return acr_error_prefix(error, "The endpoints of the cloud cannot be learned from %s", manager);
	set_missing(values, "endpoint_gallery", acr_json_str(answer, "/galleryEndpoint"));
	set_missing(values, "endpoint_active_directory_graph_resource_id", acr_json_str(answer, "/graphEndpoint"));
	set_missing(values, "endpoint_active_directory", acr_json_str(answer, "/authentication/loginEndpoint"));
	set_missing(values, "endpoint_active_directory_resource_id",
		    acr_json_str(answer, "/authentication/audiences/0"));
	return 0;
}

/* What no command could do without. */
static int check_complete(const struct acr_json *values, struct acr_error *error)
{
	static const char *const needed[] = {"endpoint_resource_manager", "endpoint_active_directory",
					     "endpoint_active_directory_resource_id"};
	ACR_AUTO(acr_buf) missing = ACR_BUF_INIT;

	for (size_t i = 0; i < ACR_COUNT(needed); i++)
		if (!value_of(values, needed[i])) {
			acr_buf_puts(&missing, missing.length ? ", --" : "--");
			for (const char *c = needed[i]; *c; c++)
				acr_buf_putc(&missing, *c == '_' ? '-' : *c);
		}
	return missing.length
		       ? acr_fail(error, ACR_ERROR_GENERAL,
				  "The cloud's description lacks %s; give them, or a resource manager that tells.",
				  acr_buf_str(&missing))
		       : 0;
}

static int gather(struct context *context, bool complete, struct acr_json *values, struct acr_error *error)
{
	int rc;

	take_configuration(args_value(context->args, "cloud-config"), values);
	take_options(context->args, values);
	if ((rc = discover(context, values, error)) < 0)
		return rc;
	return complete ? check_complete(values, error) : 0;
}

int cloud_register(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *values = acr_json_new_object(), *present = clouds_show(context->settings, name);
	int rc;

	(void)ret;
	if (present)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The cloud '%s' is already registered. Change it with 'acr cloud update -n %s'.", name,
				name);
	if ((rc = gather(context, true, values, error)) < 0)
		return rc;
	return clouds_save(context->settings, name, values, error);
}

int cloud_update(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *values = acr_json_new_object(), *cloud = NULL;
	int rc;

	(void)ret;
	if ((rc = find(context, &cloud, error)) < 0 || (rc = gather(context, false, values, error)) < 0)
		return rc;
	return clouds_save(context->settings, acr_json_str(cloud, "/name"), values, error);
}

int cloud_unregister(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *cloud = NULL;
	ACR_AUTO(acr_cloud) builtin = {0};
	const char *name;
	int rc = find(context, &cloud, error);

	(void)ret;
	if (rc < 0)
		return rc;
	name = acr_json_str(cloud, "/name");
	if (acr_json_bool(acr_json_get(cloud, "isActive")))
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"The cloud '%s' cannot be unregistered as it's currently active. Choose another one with 'acr "
			"cloud set' first.",
			name);
	if (acr_cloud_builtin(name, &builtin))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The cloud '%s' cannot be unregistered as it's not a custom cloud.", name);
	return clouds_remove(context->settings, name, error);
}
