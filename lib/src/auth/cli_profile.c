/* The account that 'az login' left behind: a service principal with what it signs in with, a managed identity, or a
 * user with tokens in MSAL's cache. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <acr/file.h>
#include <acr/uri.h>
#include "auth/msal_cache.h"
#include "auth/oauth.h"

#define MAX_ENTRIES_FILE ((size_t)4 << 20)
#define MARGIN_S 300 /* MSAL takes a token for expired this long before its end */

struct cli_profile {
	struct acr_credential credential;
	struct acr_cloud cloud; /* name and authority only */
	struct acr_json *account;
	char *folder;
	acr_environment environment;
	struct acr_transport *transport;
	const struct acr_clock *clock;
	struct acr_credential *own; /* of a service principal or managed identity, once made */
	char *cache_key;
};

static const char *user_name(const struct cli_profile *self)
{
	const char *name = acr_json_str(self->account, "/user/name");

	return name ? name : "";
}

static const char *tenant_of(const struct cli_profile *self)
{
	const char *tenant = acr_json_str(self->account, "/tenantId");

	return tenant ? tenant : "organizations";
}

/* A file that is absent while its encrypted form is there deserves a word of its own. */
static int missing_file(const struct cli_profile *self, const char *stem, const char *what, const char *login,
			struct acr_error *error)
{
	ACR_AUTO_FREE char *encrypted = acr_format("%s/%s.bin", self->folder, stem);

	if (access(encrypted, F_OK) == 0)
		return acr_fail(
			error, ACR_ERROR_SIGN_IN,
			"the Azure CLI keeps %s encrypted in '%s', which only itself can read; run 'az config set "
			"core.encrypt_token_cache=false' and '%s'",
			what, encrypted, login);
	return acr_fail(error, ACR_ERROR_SIGN_IN, "the Azure CLI has no stored sign-in of '%s'; run '%s'",
			user_name(self), login);
}

/* ---- service principals ---- */

static bool member_is(const struct acr_json *entry, const char *name, const char *text)
{
	const char *value = acr_json_string(acr_json_get(entry, name));

	return value && strcasecmp(value, text) == 0;
}

/* az's choice: the entry of this client and tenant, else the first of this client. */
static const struct acr_json *find_entry(const struct acr_json *entries, const char *client, const char *tenant)
{
	const struct acr_json *found = NULL;

	for (const struct acr_json *entry = acr_json_first(entries); entry; entry = acr_json_next(entry)) {
		if (!member_is(entry, "client_id", client))
			continue;
		if (member_is(entry, "tenant", tenant))
			return entry;
		if (!found)
			found = entry;
	}
	return found;
}

/* Where the CI system can be asked, a stored token of its, which lived for minutes, is not worth trying. */
static struct acr_credential *federated(const struct cli_profile *self, const char *token)
{
	const struct acr_oidc_request github = {
		.url = self->environment("ACTIONS_ID_TOKEN_REQUEST_URL"),
		.token = self->environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
	};

	if (github.url && github.token)
		return acr_github_actions_new(&self->cloud, tenant_of(self), user_name(self), &github, self->transport,
					      self->clock);
	return acr_federated_token_new(&self->cloud, tenant_of(self), user_name(self), token, self->transport,
				       self->clock);
}

static int use_entry(struct cli_profile *self, const struct acr_json *entry, struct acr_error *error)
{
	const char *secret = acr_json_str(entry, "/client_secret");
	const char *token = acr_json_str(entry, "/client_assertion");
	const struct acr_certificate_file file = {
		.path = acr_json_str(entry, "/certificate"),
		.password = self->environment("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
		.send_chain = acr_json_true(entry, "/use_cert_sn_issuer"),
	};

	if (file.path)
		return acr_client_certificate_new(&self->cloud, tenant_of(self), user_name(self), &file,
						  self->transport, self->clock, &self->own, error);
	if (!secret && !token)
		return acr_fail(error, ACR_ERROR_AUTH,
				"the Azure CLI's entry of the service principal '%s' has neither secret nor "
				"certificate nor federated token; run 'az login --service-principal'",
				user_name(self));
	self->own = secret ? acr_client_secret_new(&self->cloud, tenant_of(self), user_name(self), secret,
						   self->transport, self->clock)
			   : federated(self, token);
	return 0;
}

static int read_entry(struct cli_profile *self, struct acr_error *error)
{
	static const char login[] = "az login --service-principal";
	ACR_AUTO_FREE char *path = acr_path_join(self->folder, "service_principal_entries.json");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_ENTRIES_FILE);
	ACR_AUTO_PTR(acr_json) *entries = NULL;
	int rc;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return missing_file(self, "service_principal_entries", "the secrets of service principals", login,
				    error);
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if ((rc = acr_json_parse(acr_buf_str(&text), text.length, &entries, error)) < 0)
		return acr_error_prefix(error, "'%s' is damaged; run 'az account clear' and '%s'", path, login);
	const struct acr_json *entry = find_entry(entries, user_name(self), tenant_of(self));
	if (!entry)
		return missing_file(self, "service_principal_entries", "the secrets of service principals", login,
				    error);
	return use_entry(self, entry, error);
}

/* ---- managed identities ---- */

/* What az notes of an identity ("MSIClient-…"), and the kind that it stands for. */
static const struct {
	const char *prefix;
	enum acr_identity_kind kind;
} identity_marks[] = {
	{"MSIClient-", ACR_IDENTITY_CLIENT},
	{"MSIObject-", ACR_IDENTITY_OBJECT},
	{"MSIResource-", ACR_IDENTITY_RESOURCE},
};

/* NULL when the account is no managed identity. */
static const char *identity_mark(const struct cli_profile *self)
{
	if (acr_json_true(self->account, "/user/cloudShellID"))
		return "MSI";
	return acr_json_str(self->account, "/user/assignedIdentityInfo");
}

static void use_identity(struct cli_profile *self, const char *mark)
{
	struct acr_managed_identity_options options = {.environment = self->environment};

	for (size_t i = 0; i < ACR_COUNT(identity_marks); i++) {
		size_t length = strlen(identity_marks[i].prefix);

		if (strncmp(mark, identity_marks[i].prefix, length) == 0)
			options.id = (struct acr_managed_identity_id){identity_marks[i].kind, mark + length};
	}
	self->own = acr_managed_identity_new(&options, self->transport, self->clock);
}

static int make_own(struct cli_profile *self, struct acr_error *error)
{
	const char *mark = identity_mark(self);

	if (!mark)
		return read_entry(self, error);
	if (acr_json_true(self->account, "/user/cloudShellID") && !self->environment("MSI_ENDPOINT"))
		return acr_fail(error, ACR_ERROR_SIGN_IN,
				"the Azure CLI's account is the one of Cloud Shell, and this is not Cloud Shell; run "
				"'az login'");
	use_identity(self, mark);
	return 0;
}

static int get_own(struct cli_profile *self, const char *resource, const char *claims, struct acr_token *ret,
		   struct acr_error *error)
{
	int rc = self->own ? 0 : make_own(self, error);

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): it cannot see that failures are negative */
	return rc < 0 ? rc : self->own->get(self->own, resource, claims, ret, error);
}

/* ---- users ---- */

/* Trade one refresh token for an access token, and store what comes. */
static int redeem(const struct cli_profile *self, const char *path, const struct msal_user *user,
		  const struct acr_json *entry, const char *resource, const char *claims, struct acr_token *ret,
		  struct acr_error *error)
{
	ACR_AUTO_FREE char *endpoint = oauth_endpoint(&self->cloud, tenant_of(self));
	ACR_AUTO_FREE char *scope = acr_format("%s/.default openid profile offline_access", resource);
	ACR_AUTO_FREE char *name = acr_format("'%s' in tenant '%s'", user->username, tenant_of(self));
	ACR_AUTO_FREE char *remedy =
		acr_format("run 'az login --tenant \"%s\" --scope \"%s/.default\"'", tenant_of(self), resource);
	const struct oauth_subject subject = {.name = name, .remedy = remedy};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	acr_json_set_str(fields, "grant_type", "refresh_token");
	acr_json_set_str(fields, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(fields, "refresh_token", acr_json_str(entry, "/secret"));
	acr_json_set_str(fields, "client_info", "1");
	if ((rc = oauth_set_scope(fields, resource, claims, error)) < 0)
		return rc;
	acr_json_set_str(fields, "scope", scope);
	if ((rc = oauth_request(self->transport, endpoint, fields, &subject, &answer, error)) < 0)
		return rc;
	*ret = oauth_token(answer, self->clock->now(self->clock));
	/* We have the token. Where it cannot be stored the next command redeems the refresh token again, which stays
	 * good after the service has issued its successor. */
	ACR_AUTO(acr_error) ignored = ACR_ERROR_INIT;
	if (msal_cache_store(path, user, entry, answer, scope, self->clock, &ignored) == ACR_ERROR_INTERRUPTED) {
		acr_token_clear(ret);
		return acr_error_move(error, &ignored);
	}
	return 0;
}

static int redeem_any(const struct cli_profile *self, const char *path, const struct acr_json *cache,
		      const struct msal_user *user, const char *resource, const char *claims, struct acr_token *ret,
		      struct acr_error *error)
{
	const struct acr_json *entry;
	int rc = 0;

	/* One may be bound to conditions that another one fulfils, so an honest refusal leads on to the next. */
	for (size_t i = 0; (entry = msal_find_refresh_token(cache, user, i)); i++) {
		rc = redeem(self, path, user, entry, resource, claims, ret, error);
		if (rc != ACR_ERROR_AUTH || (error && oauth_resource_refused(error)))
			return rc;
	}
	if (rc < 0)
		return rc;
	return acr_fail(error, ACR_ERROR_SIGN_IN, "the Azure CLI has no stored sign-in of '%s'; run 'az login'",
			user->username);
}

static int get_for_user(const struct cli_profile *self, const char *resource, const char *claims, struct acr_token *ret,
			struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(self->folder, "msal_token_cache.json");
	ACR_AUTO_FREE char *scope = acr_format("%s/.default", resource);
	ACR_AUTO_PTR(acr_json) *cache = NULL;
	ACR_AUTO(acr_uri) authority = {0};
	struct msal_user user = {.username = user_name(self), .realm = tenant_of(self)};
	int rc;

	if ((rc = acr_uri_parse(self->cloud.authority, &authority, error)) < 0)
		return acr_error_prefix(error, "the sign-in endpoint of the cloud '%s' is no URL", self->cloud.name);
	user.host = authority.host;
	if (acr_cloud_is_adfs(&self->cloud))
		user.realm = "adfs";
	if ((rc = msal_cache_read(path, self->clock, &cache, error)) < 0)
		return rc;
	if (!cache || !msal_find_user(cache, &user))
		return missing_file(self, "msal_token_cache", "users' tokens", "az login", error);
	if (!claims && msal_find_access_token(cache, &user, scope, self->clock->now(self->clock) + MARGIN_S, ret))
		return 0;
	return redeem_any(self, path, cache, &user, resource, claims, ret, error);
}

/* ---- the credential ---- */

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	struct cli_profile *self = (struct cli_profile *)credential;
	const char *type = acr_json_str(self->account, "/user/type");

	if (!*user_name(self))
		return acr_fail(error, ACR_ERROR_SIGN_IN, "the Azure CLI's account names no user; run 'az login'");
	if (identity_mark(self) || (type && strcasecmp(type, "servicePrincipal") == 0))
		return get_own(self, resource, claims, ret, error);
	return get_for_user(self, resource, claims, ret, error);
}

static void free_credential(struct acr_credential *credential)
{
	struct cli_profile *self = (struct cli_profile *)credential;

	acr_credential_free(self->own);
	acr_cloud_clear(&self->cloud);
	acr_json_free(self->account);
	free(self->folder);
	free(self->cache_key);
	free(self);
}

struct acr_credential *acr_cli_profile_new(const struct acr_cloud *cloud, const struct acr_json *account,
					   const char *folder, acr_environment environment,
					   struct acr_transport *transport, const struct acr_clock *clock)
{
	struct cli_profile *self = acr_alloc(sizeof(*self));
	const char *type = acr_json_str(account, "/user/type");
	const char *identity = acr_json_str(account, "/user/assignedIdentityInfo");

	self->cloud.name = acr_strdup(cloud->name);
	self->cloud.authority = acr_strdup(cloud->authority);
	self->account = account ? acr_json_copy(account) : acr_json_new_object();
	self->folder = acr_strdup(folder);
	self->environment = environment;
	self->transport = transport;
	self->clock = clock;
	self->cache_key = acr_format("azure cli\n%s\n%s\n%s\n%s\n%s", cloud->authority, tenant_of(self),
				     type ? type : "user", user_name(self), identity ? identity : "");
	self->credential = (struct acr_credential){
		.name = ACR_CLI_ACCOUNT,
		.get = get,
		.cache_key = self->cache_key,
		.free = free_credential,
	};
	return &self->credential;
}
