/* ad sp create-for-rbac: an application with a secret and its service principal, and the roles it needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/graph.h"
#include "run/role.h"
#include "run/run.h"

/* What was just made is not known everywhere in the directory at once. */
#define TRIES 36
#define PAUSE_MS 5000

static char *default_name(const struct acr_clock *clock)
{
	time_t now = (time_t)clock->now(clock);
	struct tm parts;
	char text[32] = "";

	if (gmtime_r(&now, &parts))
		strftime(text, sizeof(text), "%Y-%m-%d-%H-%M-%S", &parts);
	return acr_format("azure-cli-%s", text);
}

/* The application of that name, when there is one; more than one is an error. */
static int find_application(struct context *context, const char *name, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc = graph_list(context, "/applications", "displayName eq '%s'", name, &list, error);

	if (rc < 0)
		return rc;
	if (acr_json_size(list) > 1)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"More than one application have the same display name '%s', please "
				"remove them first.",
				name);
	*ret = acr_json_detach_item(list, 0);
	return 0;
}

/* An application that is there already loses its passwords: nobody knows them any more. */
static int reset_application(struct context *context, const struct acr_json *application, struct acr_error *error)
{
	const char *id = acr_json_str(application, "/id");
	ACR_AUTO_FREE char *path = acr_format("/applications/%s/removePassword", id);
	const struct acr_json *item = acr_json_first(acr_json_get(application, "passwordCredentials"));
	int rc = 0;

	io_warn(context->io, "Found an existing application instance: (id) %s. We will patch it.", id);
	for (; item && rc == 0; item = acr_json_next(item)) {
		ACR_AUTO_PTR(acr_json) *body = acr_json_new_object();
		struct acr_json *answer = NULL;

		acr_json_set_str(body, "keyId", acr_json_str(item, "/keyId"));
		rc = graph_call(context, "POST", path, body, &answer, error);
		acr_json_free(answer);
	}
	return rc;
}

static int get_application(struct context *context, const char *name, bool look, struct acr_json **ret,
			   struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *application = NULL, *body = acr_json_new_object();
	int rc;

	if (look && (rc = find_application(context, name, &application, error)) < 0)
		return rc;
	if (application) {
		if ((rc = reset_application(context, application, error)) < 0)
			return rc;
		*ret = TAKE(application);
		return 0;
	}
	acr_json_set_str(body, "displayName", name);
	return graph_call(context, "POST", "/applications", body, ret, error);
}

/* The day some years from now, at this time; the 29th of February becomes the 28th. */
static char *years_later(int64_t now, long years)
{
	time_t seconds = (time_t)now;
	struct tm parts = {0};

	if (gmtime_r(&seconds, &parts)) {
		parts.tm_year += (int)years;
		if (parts.tm_mon == 1 && parts.tm_mday == 29)
			parts.tm_mday = 28;
		seconds = timegm(&parts);
	}
	return acr_time_text(seconds);
}

static int add_password(struct context *context, const struct acr_json *application, char **ret,
			struct acr_error *error)
{
	int64_t now = context->clock.now(&context->clock);
	ACR_AUTO_FREE char *start = acr_time_text(now),
			   *end = years_later(now, args_integer(context->args, "years", 1));
	ACR_AUTO_FREE char *path = acr_format("/applications/%s/addPassword", acr_json_str(application, "/id"));
	ACR_AUTO_PTR(acr_json) *body = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	struct acr_json *credential = acr_json_new_object();
	int rc;

	acr_json_set_str(credential, "displayName", "rbac");
	acr_json_set_str(credential, "endDateTime", end);
	acr_json_set_str(credential, "startDateTime", start);
	acr_json_set(body, "passwordCredential", credential);
	if ((rc = graph_call(context, "POST", path, body, &answer, error)) < 0)
		return rc;
	if (!acr_json_str(answer, "/secretText"))
		return acr_fail(error, ACR_ERROR_SERVICE, "Microsoft Graph made a password but did not tell it.");
	*ret = acr_strdup(acr_json_str(answer, "/secretText"));
	return 0;
}

static bool is_not_there_yet(const struct acr_error *error)
{
	const char *message = error->message ? error->message : "";

	return strstr(message, " does not reference ") || strstr(message, " does not exist ") ||
	       strstr(message, "service principal being created must in the local tenant") ||
	       (error->service_code && !strcmp(error->service_code, "PrincipalNotFound"));
}

/* Repeat what fails only because the directory has not caught up. */
static int again(struct context *context, int *tries, int rc, struct acr_error *error)
{
	if (rc == 0 || !is_not_there_yet(error) || ++*tries >= TRIES)
		return rc;
	io_info(context->io, "Trying again %d/%d: %s", *tries, TRIES, error->message);
	acr_error_clear(error);
	rc = context->clock.sleep(&context->clock, PAUSE_MS, error);
	return rc < 0 ? rc : 1;
}

/* The object id of the application's service principal, made when there is none; yours to free(). */
static int get_principal(struct context *context, const char *app_id, bool look, char **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL, *body = acr_json_new_object(), *answer = NULL;
	int rc, tries = 0;

	if (look && (rc = graph_list(context, "/servicePrincipals", "servicePrincipalNames/any(c:c eq '%s')", app_id,
				     &list, error)) < 0)
		return rc;
	if (acr_json_str(list, "/0/id")) {
		*ret = acr_strdup(acr_json_str(list, "/0/id"));
		return 0;
	}
	acr_json_set_str(body, "appId", app_id);
	acr_json_set_bool(body, "accountEnabled", true);
	do {
		rc = graph_call(context, "POST", "/servicePrincipals", body, &answer, error);
		rc = again(context, &tries, rc, error);
	} while (rc > 0);
	if (rc < 0)
		return rc;
	if (!acr_json_str(answer, "/id"))
		return acr_fail(error, ACR_ERROR_SERVICE,
				"Microsoft Graph made a service principal but did not tell its id.");
	*ret = acr_strdup(acr_json_str(answer, "/id"));
	return 0;
}

static int give_role(struct context *context, const char *role, const char *scope, const char *principal,
		     struct acr_error *error)
{
	struct acr_json *assignment = NULL;
	int rc, tries = 0;

	io_note(context->io, "Creating '%s' role assignment under scope '%s'", role, scope);
	do {
		rc = role_assign(context, role, scope, principal, "ServicePrincipal", NULL, NULL, &assignment, error);
		rc = again(context, &tries, rc, error);
	} while (rc > 0);
	acr_json_free(assignment);
	return rc;
}

static int check(struct context *context, struct acr_error *error)
{
	if (!args_string(context->args, "role") != !acr_json_first(args_value(context->args, "scopes")))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Usage error: To create role assignments, specify both --role and --scopes.");
	return 0;
}

/* What the Azure SDKs once read from a file: --sdk-auth. */
static struct acr_json *sdk_result(struct context *context, const char *app_id, const char *password)
{
	const struct acr_cloud *cloud = acr_client_cloud(context->client);
	struct acr_json *result = acr_json_new_object();
	ACR_AUTO_FREE char *manager = acr_format("%s/", cloud->resource_manager);

	acr_json_set_str(result, "clientId", app_id);
	acr_json_set_str(result, "clientSecret", password);
	acr_json_set_str(result, "subscriptionId", acr_client_subscription(context->client));
	acr_json_set_str(result, "tenantId", acr_client_tenant(context->client));
	acr_json_set_str(result, "activeDirectoryEndpointUrl", cloud->authority);
	acr_json_set_str(result, "resourceManagerEndpointUrl", manager);
	acr_json_set_str(result, "managementEndpointUrl", cloud->audience);
	return result;
}

static struct acr_json *plain_result(struct context *context, const char *app_id, const char *name,
				     const char *password)
{
	struct acr_json *result = acr_json_new_object();

	acr_json_set_str(result, "appId", app_id);
	acr_json_set_str(result, "displayName", name);
	acr_json_set_str(result, "password", password);
	acr_json_set_str(result, "tenant", acr_client_tenant(context->client));
	return result;
}

int principal_create(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *given = args_string(args, "display-name"), *role = args_string(args, "role"), *app_id;
	ACR_AUTO_FREE char *name = given ? acr_strdup(given) : default_name(&context->clock);
	ACR_AUTO_FREE char *password = NULL, *principal = NULL;
	ACR_AUTO_PTR(acr_json) *application = NULL;
	const struct acr_json *scope;
	int rc;

	if ((rc = check(context, error)) < 0 ||
	    (rc = get_application(context, name, given != NULL, &application, error)) < 0)
		return rc;
	if (!(app_id = acr_json_str(application, "/appId")))
		return acr_fail(error, ACR_ERROR_SERVICE,
				"Microsoft Graph made an application but did not tell its id.");
	if ((rc = add_password(context, application, &password, error)) < 0 ||
	    (rc = get_principal(context, app_id, given != NULL, &principal, error)) < 0)
		return rc;
	for (scope = acr_json_first(args_value(args, "scopes")); scope; scope = acr_json_next(scope))
		if ((rc = give_role(context, role, acr_json_string(scope), principal, error)) < 0)
			return rc;
	io_warn(context->io,
		"The output includes credentials that you must protect. Be sure that you do not include these "
		"credentials in your code or check the credentials into your source control. For more information, see "
		"https://aka.ms/azadsp-cli");
	*ret = args_flag(args, "sdk-auth") ? sdk_result(context, app_id, password)
					   : plain_result(context, app_id, name, password);
	return 0;
}
