/* The types of options that say where something is: networks, URLs, resource ids, repositories. */
#include <acr/uri.h>
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "opttype.h"

static int set_text(const char *word, struct acr_json **value)
{
	acr_json_free(*value);
	*value = acr_json_new_string(word);
	return 0;
}

/* Digits alone, at most `most`. */
static bool is_prefix_length(const char *text, long most)
{
	size_t length = strlen(text);

	return length && length <= 3 && strspn(text, "0123456789") == length && strtol(text, NULL, 10) <= most;
}

static int add_network(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	const char *slash = strchr(word, '/');
	ACR_AUTO_FREE char *address = acr_strndup(word, slash ? (size_t)(slash - word) : strlen(word));
	struct in6_addr parsed;
	bool v4 = inet_pton(AF_INET, address, &parsed) == 1;
	bool v6 = !v4 && inet_pton(AF_INET6, address, &parsed) == 1;

	(void)option;
	if ((!v4 && !v6) || (slash && !is_prefix_length(slash + 1, v4 ? 32 : 128)))
		return acr_fail(error, ACR_ERROR_USAGE,
				"'%s' is no IP address or range, such as '16.17.18.19' or '16.17.18.0/24'", word);
	return set_text(word, value);
}

/* What URLs of each type look like. */
static const struct url_kind {
	const struct option_type *type;
	const char *part; /* that the path must have; NULL */
	const char *example;
} url_kinds[] = {
	{&type_url, NULL, "https://example.com/hook"},
	{&type_key_url, "/keys/", "https://myvault.vault.azure.net/keys/mykey"},
	{&type_secret_url, "/secrets/", "https://myvault.vault.azure.net/secrets/mysecret"},
};

static bool is_url(const char *word, const struct url_kind *kind)
{
	ACR_AUTO(acr_uri) uri = {0};

	if (word[strcspn(word, " \t\r\n")] || acr_uri_parse(word, &uri, NULL) < 0 || !*uri.host)
		return false;
	if (!kind->part)
		return !strcmp(uri.scheme, "https") || !strcmp(uri.scheme, "http");
	return !strcmp(uri.scheme, "https") && !strncasecmp(uri.path, kind->part, strlen(kind->part)) &&
	       uri.path[strlen(kind->part)];
}

static int add_url(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	const struct url_kind *kind = url_kinds;

	while (kind->type != option->type)
		kind++;
	if (!is_url(word, kind))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no URL such as '%s'", word, kind->example);
	return set_text(word, value);
}

#define ID_EXAMPLE "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/NAMESPACE/TYPE/NAME"

bool opttype_is_resource_id(const char *word)
{
	static const char *const fixed[] = {"subscriptions", NULL, "resourceGroups", NULL, "providers"};
	size_t count = 0;

	for (; *word == '/'; count++) {
		size_t length = strcspn(++word, "/");
		const char *name = count < ACR_COUNT(fixed) ? fixed[count] : NULL;

		if (!length || (name && (strncasecmp(word, name, length) != 0 || name[length])))
			return false;
		word += length;
	}
	/* Behind the namespace come pairs of a type and a name. */
	return !*word && count >= 8 && count % 2 == 0;
}

static int add_resource_id(const struct option *option, const char *word, struct acr_json **value,
			   struct acr_error *error)
{
	bool cleared = !*word && option->flags & OPT_EMPTY_CLEARS;

	if (!cleared && !opttype_is_resource_id(word))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no resource id, such as '" ID_EXAMPLE "'", word);
	return set_text(word, value);
}

static bool consists_of(const char *word, const char *further)
{
	while (isalnum((unsigned char)*word) || (*word && strchr(further, *word)))
		word++;
	return !*word;
}

static int add_server(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option;
	if (!isalnum((unsigned char)*word) || !consists_of(word, ".-:"))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no login server, such as 'docker.io'", word);
	return set_text(word, value);
}

/* A header field's name is a token (RFC 9110 section 5.6.2). */
static int add_header(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	ACR_AUTO_FREE char *name = acr_strndup(word, strcspn(word, "="));

	if (*word && (!*name || !consists_of(name, "!#$%&'*+-.^_`|~")))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no header field, such as 'X-Team=blue'", word);
	return type_pairs.add(option, word, value, error);
}

const struct option_type type_headers = {.name = "header field",
					 .example = "X-Team=blue",
					 .metavar = "KEY=VALUE",
					 .arity = ARITY_MANY,
					 .add = add_header};
const struct option_type type_network = {.name = "network",
					 .example = "16.17.18.0/24",
					 .metavar = "ADDRESS[/BITS]",
					 .arity = ARITY_ONE,
					 .add = add_network};
const struct option_type type_url = {
	.name = "URL", .example = "https://example.com/hook", .metavar = "URL", .arity = ARITY_ONE, .add = add_url};
const struct option_type type_key_url = {.name = "key URL",
					 .example = "https://myvault.vault.azure.net/keys/mykey",
					 .metavar = "URL",
					 .arity = ARITY_ONE,
					 .add = add_url};
const struct option_type type_secret_url = {.name = "secret URL",
					    .example = "https://myvault.vault.azure.net/secrets/mysecret",
					    .metavar = "URL",
					    .arity = ARITY_ONE,
					    .add = add_url};
const struct option_type type_resource_id = {
	.name = "resource id", .example = ID_EXAMPLE, .metavar = "ID", .arity = ARITY_ONE, .add = add_resource_id};
const struct option_type type_server = {
	.name = "login server", .example = "docker.io", .metavar = "SERVER", .arity = ARITY_ONE, .add = add_server};
