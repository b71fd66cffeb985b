/* Where an account may sign in to, and what it finds there. */
#include <acr/login.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <acr/uri.h>

#define MAX_ANSWER ((size_t)16 << 20)
#define MAX_PAGES 1000

/* `token` may be NULL: then none is sent. */
static int get_page(const struct acr_login *login, const char *url, const char *token, const char *what,
		    struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *authorization = token ? acr_format("Bearer %s", token) : NULL;
	ACR_AUTO(acr_exchange)
	exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .max_response = MAX_ANSWER},
	};
	const struct acr_buf *body = &exchange.response.body;
	int rc;

	if (authorization)
		acr_headers_add(&exchange.request.headers, "Authorization", authorization);
	acr_headers_add(&exchange.request.headers, "Accept", "application/json");
	if ((rc = acr_send(login->transport, &exchange, error)) < 0)
		return acr_error_prefix(error, "%s", what);
	if ((rc = acr_check_status(&exchange, what, error)) < 0)
		return rc;
	rc = acr_json_parse(acr_buf_str(body), body->length, ret, error);
	return rc < 0 ? acr_error_prefix(error, "%s", what) : 0;
}

/* Only the host that was asked first gets the token. */
static bool same_host(const char *a, const char *b)
{
	ACR_AUTO(acr_uri) one = {0};
	ACR_AUTO(acr_uri) other = {0};

	return acr_uri_parse(a, &one, NULL) == 0 && acr_uri_parse(b, &other, NULL) == 0 &&
	       strcmp(one.scheme, other.scheme) == 0 && strcmp(one.host, other.host) == 0 && one.port == other.port;
}

static int list_all(const struct acr_login *login, const char *path, const char *token, const char *what,
		    struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *url = acr_format("%s%s", login->cloud->resource_manager, path);
	ACR_AUTO_PTR(acr_json) *all = acr_json_new_array();
	int rc;

	for (int pages = 0; url && pages < MAX_PAGES; pages++) {
		ACR_AUTO_PTR(acr_json) *page = NULL;
		struct acr_json *item;

		if ((rc = get_page(login, url, token, what, &page, error)) < 0)
			return rc;
		while ((item = acr_json_detach_item(acr_json_get(page, "value"), 0)))
			acr_json_append(all, item);
		const char *next = acr_json_str(page, "/nextLink");
		if (next && !same_host(next, url))
			return acr_fail(error, ACR_ERROR_SERVICE, "%s: the next page is at another host, '%s'", what,
					next);
		char *following = acr_strdup(next);
		free(url);
		url = following;
	}
	*ret = TAKE(all);
	return 0;
}

int acr_tenant_list(const struct acr_login *login, const char *token, struct acr_json **ret, struct acr_error *error)
{
	return list_all(login, "/tenants?api-version=2022-12-01", token, "cannot list the tenants", ret, error);
}

int acr_subscription_list(const struct acr_login *login, const char *token, struct acr_json **ret,
			  struct acr_error *error)
{
	return list_all(login, "/subscriptions?api-version=2022-12-01", token, "cannot list the subscriptions", ret,
			error);
}

/* "https://sts.windows.net/TENANT/" or "https://login.microsoftonline.com/TENANT/v2.0": the first part of the path. */
static char *tenant_of_issuer(const char *issuer)
{
	ACR_AUTO(acr_uri) uri = {0};

	if (!issuer || acr_uri_parse(issuer, &uri, NULL) < 0 || strlen(uri.path) < 2)
		return NULL;
	return acr_strndup(uri.path + 1, strcspn(uri.path + 1, "/"));
}

static bool is_uuid(const char *text)
{
	size_t i;

	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	return !text[36];
}

int acr_tenant_resolve(const struct acr_login *login, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *about = NULL;
	char *tenant;
	int rc;

	if (acr_cloud_is_adfs(login->cloud) || is_uuid(login->tenant)) {
		*ret = acr_strdup(login->tenant);
		return 0;
	}
	acr_buf_printf(&url, "%s/", login->cloud->authority);
	acr_uri_escape(login->tenant, "", &url);
	acr_buf_puts(&url, "/.well-known/openid-configuration");
	ACR_AUTO_FREE char *what = acr_format("cannot find the tenant '%s'", login->tenant);
	if ((rc = get_page(login, acr_buf_str(&url), NULL, what, &about, error)) < 0)
		return rc;
	if (!(tenant = tenant_of_issuer(acr_json_str(about, "/issuer"))))
		return acr_fail(error, ACR_ERROR_FORMAT, "%s: %s does not say its id", what, login->cloud->authority);
	*ret = tenant;
	return 0;
}
