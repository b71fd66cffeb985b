/* acr auth status: what signs commands in, from where and until when; never a secret. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "run/run.h"
#include "sign_in.h"

/* A time of an answer, as text; null for 0. */
static void set_time(struct acr_json *object, const char *key, int64_t seconds)
{
	ACR_AUTO_FREE char *text = seconds ? acr_time_text(seconds) : NULL;

	acr_json_set_str(object, key, text);
}

static struct acr_json *registries(struct acr_client *client)
{
	ACR_AUTO_PTR(acr_json) *kept = NULL;
	struct acr_json *ret = acr_json_new_array();
	const struct acr_json *item;

	/* Whoever is not signed in has none. */
	if (acr_registry_kept_tokens(acr_client_registry_auth(client), &kept, NULL) < 0)
		return ret;
	acr_json_sort(kept);
	for (item = acr_json_first(kept); item; item = acr_json_next(item)) {
		struct acr_json *one = acr_json_new_object();

		acr_json_set_str(one, "loginServer", acr_json_key(item));
		set_time(one, "expiresOn", (int64_t)acr_json_number(item));
		acr_json_append(ret, one);
	}
	return ret;
}

/* The credential, and that the environment gave it. */
static struct acr_json *by_what(const struct acr_token *token)
{
	ACR_AUTO_FREE char *text =
		token->by && sign_in_tenant() ? acr_format("environment (%s)", token->by) : acr_strdup(token->by);

	return acr_json_new_string(text);
}

/* Who it is by name: an application's id, a user, NULL for the machine itself. */
static const char *who(const struct acr_json *account, const char *credential)
{
	if (sign_in_tenant())
		return sign_in_client();
	return !strcmp(credential, ACR_CLI_ACCOUNT) ? acr_json_str(account, "/user/name") : NULL;
}

static struct acr_json *describe(const struct context *context, const struct acr_json *account,
				 const struct acr_token *token)
{
	struct acr_json *ret = acr_json_new_object();
	struct acr_client *client = context->client;
	const char *folder = settings_cache_folder(context->settings);
	const char *credential = token->by ? token->by : "";

	acr_json_set_str(ret, "account", token->secret ? who(account, credential) : NULL);
	acr_json_set_str(ret, "cacheFolder", *folder ? folder : NULL);
	acr_json_set_str(ret, "cloudName", acr_client_cloud(client)->name);
	acr_json_set_str(ret, "configFolder", settings_folder(context->settings));
	acr_json_set(ret, "credential", by_what(token));
	set_time(ret, "expiresOn", token->expires_on);
	acr_json_set(ret, "registries", token->secret ? registries(client) : acr_json_new_array());
	acr_json_set_bool(ret, "signedIn", token->secret != NULL);
	acr_json_set_str(ret, "subscriptionId", acr_client_subscription(client));
	acr_json_set_str(ret, "tenantId", acr_client_tenant(client));
	return ret;
}

/* ---- as a table ---- */

static void add_row(struct acr_json *rows, const char *item, const char *value, const char *until)
{
	struct acr_json *row = acr_json_new_object();

	acr_json_set_str(row, "item", item);
	acr_json_set_str(row, "value", value);
	acr_json_set_str(row, "expiresOn", until);
	acr_json_append(rows, row);
}

static struct acr_json *tabulate(const struct acr_json *status)
{
	static const char *const rows[][2] = {
		{"Cloud", "cloudName"},
		{"Tenant", "tenantId"},
		{"Subscription", "subscriptionId"},
		{"Account", "account"},
		{"Configuration", "configFolder"},
		{"Cache", "cacheFolder"},
	};
	struct acr_json *ret = acr_json_new_array();
	const struct acr_json *item;

	if (acr_json_true(status, "/signedIn"))
		add_row(ret, "Signed in by", acr_json_str(status, "/credential"), acr_json_str(status, "/expiresOn"));
	else
		add_row(ret, "Signed in by", "nothing", NULL);
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		const char *value = acr_json_string(acr_json_get(status, rows[i][1]));

		if (value)
			add_row(ret, rows[i][0], value, NULL);
	}
	for (item = acr_json_first(acr_json_get(status, "registries")); item; item = acr_json_next(item))
		add_row(ret, "Registry", acr_json_str(item, "/loginServer"), acr_json_str(item, "/expiresOn"));
	return ret;
}

int sign_in_status(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	ACR_AUTO(acr_token) token = {0};
	ACR_AUTO_PTR(acr_json) *status = NULL;
	const struct acr_json *account = NULL;
	struct acr_client *client;
	int rc;

	if ((rc = context_client(context, &client, error)) < 0 || (rc = context_account(context, &account, error)) < 0)
		return rc;
	rc = acr_client_token(client, acr_client_cloud(client)->audience, &token, &reason);
	status = describe(context, account, &token);
	*ret = context->table && !context->args->global.query ? tabulate(status) : TAKE(status);
	return rc < 0 ? fail_print(context->io, &reason) : 0;
}
