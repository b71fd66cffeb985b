/* acr account login, az login: who signs in, and what is kept of it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <acr/encode.h>

#include "browser.h"
#include "run/accounts.h"
#include "run/run.h"
#include "run_op.h"
#include "sign_in.h"

struct login_attempt {
	struct account_owner owner;
	struct context *context;
	struct acr_login login; /* the owner's, with the tenant and the resource that were asked for */
	char *tenant;           /* id */
	char *resource, *claims, *password;
	char *certificate; /* path */
};

static void login_attempt_clear(struct login_attempt *attempt)
{
	account_owner_clear(&attempt->owner);
	free(attempt->tenant);
	free(attempt->resource);
	free(attempt->claims);
	free(attempt->password);
	free(attempt->certificate);
}

static const char *option(const struct login_attempt *attempt, const char *key)
{
	return args_string(attempt->context->args, key);
}

static bool flag(const struct login_attempt *attempt, const char *key)
{
	return args_flag(attempt->context->args, key);
}

static const char *folder(const struct login_attempt *attempt)
{
	return settings_folder(attempt->context->settings);
}

static void set_user(struct login_attempt *attempt, const char *name, const char *type)
{
	acr_json_set_str(attempt->owner.user, "name", name);
	acr_json_set_str(attempt->owner.user, "type", type);
}

/* The password that --password gives, or that is typed. */
static int read_password(struct login_attempt *attempt, struct acr_error *error)
{
	const char *given = option(attempt, "password");
	struct io *io = attempt->context->io;

	if (given && strcmp(given, "-") != 0) {
		attempt->password = acr_strdup(given);
		return 0;
	}
	if (!given && !io->in_terminal)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Please specify both username and password in non-interactive mode.");
	return context_ask(attempt->context, io->in_terminal ? "Password: " : "", true, &attempt->password, error);
}

/* ---- a person ---- */

static int open_page(void *user, const char *url, struct acr_error *error)
{
	const struct login_attempt *attempt = user;
	int rc = browser_open(url, attempt->login.clock, error);

	/* What follows the question mark belongs to this sign-in and to nobody else. */
	if (rc == 0)
		io_warn(attempt->context->io,
			"A web browser has been opened at %.*s. Please continue the login in the web browser. If no "
			"web "
			"browser is available or if the web browser fails to open, use device code flow with `az login "
			"--use-device-code`.",
			(int)strcspn(url, "?"), url);
	return rc;
}

static int with_device_code(const struct login_attempt *attempt, struct acr_signed_in *who, struct acr_error *error)
{
	ACR_AUTO(acr_device_code) code = {0};
	int rc = acr_device_code_start(&attempt->login, &code, error);

	if (rc < 0)
		return rc;
	/* Without these words nobody can go on, so they are told in any case. */
	fprintf(attempt->context->io->err, "%s\n", code.message);
	fflush(attempt->context->io->err);
	return acr_device_code_wait(&attempt->login, &code, who, error);
}

static int with_browser(struct login_attempt *attempt, struct acr_signed_in *who, struct acr_error *error)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	bool here = browser_is_here();
	int rc = here ? acr_browser_sign_in(&attempt->login, open_page, attempt, who, &reason) : ACR_ERROR_FILE;

	if (rc != ACR_ERROR_FILE)
		return rc < 0 ? acr_error_move(error, &reason) : 0;
	io_warn(attempt->context->io, "No web browser can be opened (%s). Signing in with a device code instead.",
		here ? reason.message : "there is none here, or no display");
	return with_device_code(attempt, who, error);
}

static int as_person(struct login_attempt *attempt, struct acr_error *error)
{
	const char *username = option(attempt, "username");
	ACR_AUTO(acr_signed_in) who = {0};
	int rc;

	if (username) {
		if ((rc = read_password(attempt, error)) == 0)
			rc = acr_password_sign_in(&attempt->login, username, attempt->password, &who, error);
	} else if (flag(attempt, "use-device-code")) {
		rc = with_device_code(attempt, &who, error);
	} else {
		rc = with_browser(attempt, &who, error);
	}
	if (rc < 0 || (rc = acr_msal_store(folder(attempt), &attempt->login, &who, error)) < 0)
		return rc;
	set_user(attempt, who.username, "user");
	return attempt->tenant ? accounts_in_tenant(&attempt->owner, who.tenant, NULL, error)
			       : accounts_in_all_tenants(&attempt->owner, who.tenant, error);
}

/* ---- an application ---- */

/* --certificate, or as az 2.45 has it, a --password that names a file. */
static int find_certificate(struct login_attempt *attempt, struct acr_error *error)
{
	const char *given = option(attempt, "certificate"), *home = settings_variable("HOME");
	const char *path = given ? given : attempt->password;
	ACR_AUTO_FREE char *expanded = NULL;
	struct stat status;

	if (!path)
		return 0;
	if (path[0] == '~' && path[1] == '/' && home)
		path = expanded = acr_format("%s%s", home, path + 1);
	if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && (attempt->certificate = realpath(path, NULL)))
		return 0;
	return given ? acr_fail(error, ACR_ERROR_FILE,
				"The certificate '%s' cannot be found; give a PEM file with certificate and key.",
				given)
		     : 0;
}

/* What is kept of the application. */
static struct acr_json *new_entry(const struct login_attempt *attempt)
{
	struct acr_json *ret = acr_json_new_object();

	acr_json_set_str(ret, "client_id", option(attempt, "username"));
	acr_json_set_str(ret, "tenant", attempt->tenant);
	if (attempt->certificate)
		acr_json_set_str(ret, "certificate", attempt->certificate);
	else if (attempt->password)
		acr_json_set_str(ret, "client_secret", attempt->password);
	else
		acr_json_set_str(ret, "client_assertion", option(attempt, "federated-token"));
	if (attempt->certificate && flag(attempt, "use-cert-sn-issuer"))
		acr_json_set_bool(ret, "use_cert_sn_issuer", true);
	return ret;
}

static int new_credential(const struct login_attempt *attempt, struct acr_credential **ret, struct acr_error *error)
{
	const struct acr_login *login = &attempt->login;
	const char *client = option(attempt, "username");
	const struct acr_certificate_file file = {
		.path = attempt->certificate,
		.password = settings_variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
		.send_chain = flag(attempt, "use-cert-sn-issuer"),
	};

	if (file.path)
		return acr_client_certificate_new(login->cloud, attempt->tenant, client, &file, login->transport,
						  login->clock, ret, error);
	*ret = attempt->password
		       ? acr_client_secret_new(login->cloud, attempt->tenant, client, attempt->password,
					       login->transport, login->clock)
		       : acr_federated_token_new(login->cloud, attempt->tenant, client,
						 option(attempt, "federated-token"), login->transport, login->clock);
	return 0;
}

/* Only what works is kept. */
static int try_and_keep(const struct login_attempt *attempt, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *entry = new_entry(attempt);
	struct acr_credential *credential;
	ACR_AUTO(acr_token) token = {0};
	int rc = new_credential(attempt, &credential, error);

	if (rc < 0)
		return rc;
	rc = credential->get(credential, attempt->login.resource, attempt->login.claims, &token, error);
	acr_credential_free(credential);
	return rc < 0 ? rc : acr_principal_store(folder(attempt), entry, error);
}

static int as_application(struct login_attempt *attempt, struct acr_error *error)
{
	int rc;

	if (!attempt->tenant && acr_cloud_is_adfs(attempt->login.cloud))
		attempt->tenant = acr_strdup("adfs");
	if (!attempt->tenant)
		return acr_fail(error, ACR_ERROR_USAGE,
				"--tenant is missing: applications sign in to one tenant, as in 'az login "
				"--service-principal -u APP_ID -p @FILE --tenant contoso.onmicrosoft.com'.");
	if ((option(attempt, "password") || !(option(attempt, "federated-token") || option(attempt, "certificate"))) &&
	    (rc = read_password(attempt, error)) < 0)
		return rc;
	if ((rc = find_certificate(attempt, error)) < 0 || (rc = try_and_keep(attempt, error)) < 0)
		return rc;
	set_user(attempt, option(attempt, "username"), "servicePrincipal");
	if (flag(attempt, "use-cert-sn-issuer"))
		acr_json_set_bool(attempt->owner.user, "useCertSNIssuerAuth", true);
	return accounts_in_tenant(&attempt->owner, attempt->tenant, NULL, error);
}

/* ---- a managed identity ---- */

/* The ways of naming one, and how az notes them. */
static const struct {
	const char *option, *mark;
	enum acr_identity_kind kind;
} identity_kinds[] = {
	{"client-id", "MSIClient", ACR_IDENTITY_CLIENT},
	{"object-id", "MSIObject", ACR_IDENTITY_OBJECT},
	{"resource-id", "MSIResource", ACR_IDENTITY_RESOURCE},
};

static int identity_token(const struct login_attempt *attempt, enum acr_identity_kind kind, const char *id,
			  struct acr_token *ret, struct acr_error *error)
{
	const struct acr_managed_identity_options options = {.environment = settings_variable, .id = {kind, id}};
	struct acr_credential *credential =
		acr_managed_identity_new(&options, attempt->login.transport, attempt->login.clock);
	int rc = credential->get(credential, attempt->owner.login.resource, NULL, ret, error);

	acr_credential_free(credential);
	return rc;
}

static void mark_identity(struct login_attempt *attempt, const char *mark, const char *id)
{
	ACR_AUTO_FREE char *text = id ? acr_format("%s-%s", mark, id) : acr_strdup(mark);

	set_user(attempt, id ? "userAssignedIdentity" : "systemAssignedIdentity", "servicePrincipal");
	acr_json_set_str(attempt->owner.user, "assignedIdentityInfo", text);
}

/* --username does not say what kind of id it is. */
static int guess_identity(struct login_attempt *attempt, const char *id, struct acr_token *ret, struct acr_error *error)
{
	bool is_path = id[0] == '/';
	size_t first = is_path ? 2 : 0, last = is_path ? 2 : 1;
	int rc = ACR_ERROR_GENERAL;

	for (size_t i = first; i <= last; i++) {
		ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

		if ((rc = identity_token(attempt, identity_kinds[i].kind, id, ret, &reason)) == 0) {
			mark_identity(attempt, identity_kinds[i].mark, id);
			return 0;
		}
		if (i == last || reason.http_status != 400)
			return acr_error_move(error, &reason);
	}
	return rc;
}

static int find_identity(struct login_attempt *attempt, struct acr_token *ret, struct acr_error *error)
{
	int rc;

	if (option(attempt, "username"))
		return guess_identity(attempt, option(attempt, "username"), ret, error);
	for (size_t i = 0; i < ACR_COUNT(identity_kinds); i++) {
		const char *id = option(attempt, identity_kinds[i].option);

		if (!id)
			continue;
		if ((rc = identity_token(attempt, identity_kinds[i].kind, id, ret, error)) == 0)
			mark_identity(attempt, identity_kinds[i].mark, id);
		return rc;
	}
	if ((rc = identity_token(attempt, ACR_IDENTITY_SYSTEM, NULL, ret, error)) == 0)
		mark_identity(attempt, "MSI", NULL);
	return rc;
}

static int as_identity(struct login_attempt *attempt, struct acr_error *error)
{
	ACR_AUTO(acr_token) token = {0};
	int rc = find_identity(attempt, &token, error);

	if (rc < 0)
		return rc;
	ACR_AUTO_PTR(acr_json) *claims = acr_token_claims(token.secret);
	const char *tenant = acr_json_str(claims, "/tid"), *name = acr_json_str(claims, "/unique_name");
	if (!tenant)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"The managed identity's token does not say which tenant it is of.");
	/* In Cloud Shell this is the person who opened it. */
	if (settings_variable("ACC_CLOUD")) {
		acr_json_remove(attempt->owner.user, "assignedIdentityInfo");
		set_user(attempt, name ? name : "N/A", "user");
		acr_json_set_bool(attempt->owner.user, "cloudShellID", true);
	}
	return accounts_in_tenant(&attempt->owner, tenant, token.secret, error);
}

/* ---- all of them ---- */

static int prepare(struct login_attempt *attempt, struct acr_error *error)
{
	const struct acr_json *scopes = args_value(attempt->context->args, "scope");
	const char *challenge = option(attempt, "claims-challenge");
	ACR_AUTO(acr_buf) claims = ACR_BUF_INIT;
	int rc = account_owner_init(&attempt->owner, attempt->context, acr_json_new_object(), error);

	if (rc < 0)
		return rc;
	if ((rc = scopes_resource(scopes, attempt->owner.login.resource, &attempt->resource, error)) < 0)
		return rc;
	if (challenge && acr_base64_decode(challenge, strlen(challenge), &claims, NULL) < 0)
		return acr_fail(error, ACR_ERROR_USAGE, "argument --claims-challenge: it is not base64");
	attempt->claims = challenge ? acr_buf_take(&claims) : NULL;
	attempt->login = attempt->owner.login;
	attempt->login.resource = attempt->resource;
	attempt->login.claims = attempt->claims;
	attempt->login.tenant = option(attempt, "tenant");
	if (!attempt->login.tenant)
		return 0;
	rc = acr_tenant_resolve(&attempt->login, &attempt->tenant, error);
	attempt->login.tenant = attempt->tenant;
	return rc;
}

static int keep(struct login_attempt *attempt, struct acr_error *error)
{
	struct account_owner *owner = &attempt->owner;
	const char *name = acr_json_str(owner->user, "/name");
	bool allowed = flag(attempt, "allow-no-subscriptions");

	if (!acr_json_first(owner->list) && !allowed)
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"No subscriptions found for %s. Give it a role in one, or use --allow-no-subscriptions to have "
			"tenant level access.",
			name);
	if (allowed)
		accounts_add_tenants(owner);
	accounts_forget_tokens(attempt->context->client);
	return settings_add_accounts(attempt->context->settings, owner->list, error);
}

/* Whoever the environment describes goes first, which may be a surprise. */
static void remark(const struct login_attempt *attempt)
{
	const char *client = settings_variable("AZURE_CLIENT_ID");
	const char *name = acr_json_str(attempt->owner.user, "/name");

	if (sign_in_tenant() && client && strcasecmp(client, name) != 0)
		io_warn(attempt->context->io,
			"The application in the environment (AZURE_CLIENT_ID) still goes first in acr. Unset the "
			"variable to "
			"use '%s'.",
			name);
}

int account_login(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(login_attempt) attempt = {.context = context};
	int rc = run_prepare(context, error);

	if (rc < 0)
		return rc;
	accounts_ignore_broken(context);
	if ((rc = prepare(&attempt, error)) < 0)
		return rc;
	if (settings_variable("ACC_CLOUD") && !flag(&attempt, "identity"))
		io_warn(context->io,
			"Cloud Shell is automatically authenticated under the initial account signed-in with. "
			"Run 'az login' only if you need to use a different account");
	rc = flag(&attempt, "identity")            ? as_identity(&attempt, error)
	     : flag(&attempt, "service-principal") ? as_application(&attempt, error)
						   : as_person(&attempt, error);
	if (rc < 0 || (rc = keep(&attempt, error)) < 0)
		return rc;
	remark(&attempt);
	*ret = accounts_printed(attempt.owner.list);
	return 0;
}
