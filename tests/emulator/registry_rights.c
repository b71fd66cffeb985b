/* Who asks and what they may do: credentials of a request, rights, and the challenge when they do not suffice. */
#include "directory.h"
#include "registry.h"

#include <stdlib.h>
#include <string.h>

#define ZERO_GUID "00000000-0000-0000-0000-000000000000"

/* ---- accounts ------------------------------------------------------------------------------------------------- */

void account_clear(struct account *account)
{
	acr_json_free(account->access);
	free(account->subject);
	*account = (struct account){0};
}

/* "repositories/team/app/content/read" allows to pull team/app. */
static const struct {
	const char *suffix, *action;
} scope_map_actions[] = {
	{"/content/read", "pull"},
	{"/content/write", "push"},
	{"/content/delete", "delete"},
	{"/metadata/read", "metadata_read"},
	{"/metadata/write", "metadata_write"},
};

static void add_scope_map_action(struct acr_json *access, const char *text)
{
	static const char prefix[] = "repositories/";
	if (!text || strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return; /* "gateway/…" is for connected registries */
	text += sizeof(prefix) - 1;
	size_t length = strlen(text);
	for (size_t i = 0; i < ACR_COUNT(scope_map_actions); i++) {
		size_t suffix = strlen(scope_map_actions[i].suffix);
		if (length <= suffix || strcmp(text + length - suffix, scope_map_actions[i].suffix) != 0)
			continue;
		ACR_AUTO_FREE char *name = acr_strndup(text, length - suffix);
		acr_json_append(access, json_build("{'type':'repository','name':%s,'actions':[%s]}", name,
						   scope_map_actions[i].action));
	}
}

void account_by_principal(const struct registry *registry, const char *principal, const char *subject,
			  struct account *account)
{
	account->access = principal ? authorization_registry_access(principal, registry->id, &account->everything) : NULL;
	account->known = account->access != NULL;
	account->subject = acr_strdup(subject);
}

void account_by_password(const struct registry *registry, const char *username, const char *password,
			 struct account *account)
{
	if (!strcmp(username, ZERO_GUID)) {
		account_by_refresh_token(registry, password, account);
		return;
	}
	if (directory_secret_valid(username, password)) {
		ACR_AUTO_FREE char *principal = directory_principal_of(username);
		account_by_principal(registry, principal, username, account);
		return;
	}
	ACR_AUTO_PTR(acr_json) *scopes = NULL;
	if (!registry_password_valid(registry->id, username, password, &scopes))
		return;
	account->known = true;
	account->everything = acr_json_is_nothing(scopes);
	account->subject = acr_strdup(username);
	account->access = acr_json_new_array();
	for (const struct acr_json *scope = acr_json_first(scopes); scope; scope = acr_json_next(scope))
		add_scope_map_action(account->access, acr_json_string(scope));
}

/* The claims of a token that this registry issued; NULL for any other. */
static struct acr_json *own_claims(const struct registry *registry, const char *token)
{
	struct acr_json *claims = token_verify(token);
	const char *audience = acr_json_str(claims, "/aud");
	if (audience && !strcmp(audience, registry->login_server))
		return claims;
	acr_json_free(claims);
	return NULL;
}

static void account_from_claims(const struct acr_json *claims, struct account *account)
{
	const struct acr_json *access = acr_json_get(claims, "access");
	account->known = true;
	account->everything = acr_json_is_nothing(access);
	account->access = account->everything ? acr_json_new_array() : acr_json_copy(access);
	account->subject = acr_strdup(acr_json_str(claims, "/sub"));
}

void account_by_refresh_token(const struct registry *registry, const char *token, struct account *account)
{
	ACR_AUTO_PTR(acr_json) *claims = own_claims(registry, token);
	const char *kind = acr_json_str(claims, "/grant_type");
	if (kind && !strcmp(kind, "refresh_token"))
		account_from_claims(claims, account);
}

static void account_by_access_token(const struct registry *registry, const char *token, struct account *account)
{
	ACR_AUTO_PTR(acr_json) *claims = own_claims(registry, token);
	if (acr_json_is(acr_json_get(claims, "access"), ACR_JSON_ARRAY) && !acr_json_get(claims, "grant_type"))
		account_from_claims(claims, account);
}

/* What stands behind the name of an authentication scheme; NULL when it is another scheme. */
static const char *behind_scheme(const char *authorization, const char *scheme)
{
	size_t length = strlen(scheme);
	if (!authorization || strncasecmp(authorization, scheme, length) != 0 || authorization[length] != ' ')
		return NULL;
	return authorization + length + strspn(authorization + length, " ");
}

void account_by_basic(const struct registry *registry, const char *authorization, struct account *account)
{
	const char *encoded = behind_scheme(authorization, "Basic");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	if (!encoded || acr_base64_decode(encoded, strlen(encoded), &text, NULL) < 0 || !text.length)
		return;
	char *colon = strchr(text.data, ':');
	if (!colon)
		return;
	*colon = '\0';
	account_by_password(registry, text.data, colon + 1, account);
}

/* ---- rights --------------------------------------------------------------------------------------------------- */

/* A pattern is a name, or the beginning of names with a "*" behind it. */
static bool name_matches(const char *pattern, const char *name)
{
	size_t length = strlen(pattern);
	if (length && pattern[length - 1] == '*')
		return !strncmp(pattern, name, length - 1);
	return !strcmp(pattern, name);
}

static bool has_action(const struct acr_json *actions, const char *wanted)
{
	for (const struct acr_json *action = acr_json_first(actions); action; action = acr_json_next(action)) {
		const char *text = acr_json_string(action);
		if (text && (!strcmp(text, "*") || !strcmp(text, wanted)))
			return true;
	}
	return false;
}

bool account_may(const struct account *account, const struct need *need)
{
	if (account->everything)
		return true;
	for (const struct acr_json *item = acr_json_first(account->access); item; item = acr_json_next(item)) {
		const char *type = acr_json_str(item, "/type");
		const char *name = acr_json_str(item, "/name");
		if (type && name && !strcmp(type, need->type) && name_matches(name, need->name) &&
		    has_action(acr_json_get(item, "actions"), need->action))
			return true;
	}
	return false;
}

/* ---- the challenge -------------------------------------------------------------------------------------------- */

/* "repository:x:pull,push repository:y:pull". */
static void write_scope(const struct need *needs, size_t count, struct acr_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		bool same = i && !strcmp(needs[i].type, needs[i - 1].type) && !strcmp(needs[i].name, needs[i - 1].name);
		if (same)
			acr_buf_printf(out, ",%s", needs[i].action);
		else
			acr_buf_printf(out, "%s%s:%s:%s", i ? " " : "", needs[i].type, needs[i].name, needs[i].action);
	}
}

void challenge(const struct registry *registry, struct exchange *exchange, const struct need *needs, size_t count,
	       const char *fault)
{
	/* No blanks: the Azure CLI splits the field at them. */
	ACR_AUTO(acr_buf) field = ACR_BUF_INIT;
	acr_buf_printf(&field, "Bearer realm=\"https://%s/oauth2/token\",service=\"%s\"", registry->login_server,
		       registry->login_server);
	if (count) {
		acr_buf_puts(&field, ",scope=\"");
		write_scope(needs, count, &field);
		acr_buf_putc(&field, '"');
	}
	if (fault)
		acr_buf_printf(&field, ",error=\"%s\"", fault);
	acr_headers_set(&exchange->reply_headers, "WWW-Authenticate", acr_buf_str(&field));
	struct acr_json *detail = count ? acr_json_new_array() : NULL;
	for (size_t i = 0; i < count; i++)
		acr_json_append(detail, json_build("{'Type':%s,'Class':'','Name':%s,'Action':%s}", needs[i].type,
						   needs[i].name, needs[i].action));
	registry_fail(exchange, 401, "UNAUTHORIZED", detail,
		      "authentication required, visit https://aka.ms/acr/authorization for more information.");
}

bool authorize(const struct registry *registry, struct exchange *exchange, const struct need *needs, size_t count)
{
	ACR_AUTO(account) account = {0};
	const char *authorization = exchange_header(exchange, "Authorization");
	const char *token = behind_scheme(authorization, "Bearer");
	if (token)
		account_by_access_token(registry, token, &account);
	else
		account_by_basic(registry, authorization, &account);
	bool enough = account.known;
	for (size_t i = 0; i < count && enough; i++)
		enough = account_may(&account, &needs[i]);
	if (!enough)
		challenge(registry, exchange, needs, count,
			  !authorization  ? NULL
			  : account.known ? "insufficient_scope"
					  : "invalid_token");
	return enough;
}
