/* URLs taken apart, put together and escaped (RFC 3986). */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/uri.h>

static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Length of "scheme" in "scheme:…"; 0 when the text does not begin with one. */
static size_t scheme_length(const char *text)
{
	size_t length = 0;
	while (isalnum((unsigned char)text[length]) || (length && text[length] && strchr("+-.", text[length]))) {
		length++;
	}
	return isalpha((unsigned char)text[0]) && text[length] == ':' ? length : 0;
}

static char *lower_copy(const char *text, size_t length)
{
	char *copy = acr_strndup(text, length);
	for (char *c = copy; *c; c++) {
		*c = (char)tolower((unsigned char)*c);
	}
	return copy;
}

/* Host and port from text[0..length), which has neither user name nor path. */
static bool parse_authority(const char *text, size_t length, struct acr_uri *uri)
{
	const char *end = text + length, *host = text, *host_end, *after;
	if (*text == '[') {
		host = text + 1;
		host_end = memchr(host, ']', (size_t)(end - host));
		after = host_end ? host_end + 1 : NULL;
	} else {
		host_end = memchr(text, ':', length);
		after = host_end = host_end ? host_end : end;
	}
	if (!host_end || host_end == host) {
		return false;
	}
	for (const char *c = host; c < host_end; c++) {
		if (!is_unreserved((unsigned char)*c) && !(*text == '[' && (*c == ':' || *c == '%'))) {
			return false;
		}
	}
	if (after < end) {
		int port = 0;
		if (*after != ':' || end - after > 6) {
			return false;
		}
		for (after++; after < end && isdigit((unsigned char)*after); after++) {
			port = port * 10 + (*after - '0');
		}
		if (after != end || port > 65535) {
			return false;
		}
		uri->port = port;
	}
	uri->host = lower_copy(host, (size_t)(host_end - host));
	return true;
}

int acr_uri_parse(const char *url, struct acr_uri *ret, struct acr_error *error)
{
	ACR_AUTO(acr_uri) uri = {0};
	size_t scheme = scheme_length(url);
	int shown = (int)strcspn(url, "?#"); /* the query may hold a signature */
	if (!scheme || strncmp(url + scheme, "://", 3) != 0) {
		return acr_fail(error, ACR_ERROR_FORMAT, "'%.*s' is not a URL: it does not begin like https://", shown,
				url);
	}
	for (const char *c = url; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f) {
			return acr_fail(error, ACR_ERROR_FORMAT,
					"'%.*s' is not a URL: it contains a blank or control character", shown, url);
		}
	}
	const char *authority = url + scheme + 3;
	size_t length = strcspn(authority, "/?#");
	if (!parse_authority(authority, length, &uri)) {
		return acr_fail(error, ACR_ERROR_FORMAT, "'%.*s' is not a URL: no valid host and port in it", shown,
				url);
	}
	const char *path = authority + length, *query = path + strcspn(path, "?#");
	uri.scheme = lower_copy(url, scheme);
	uri.path = acr_strndup(path, (size_t)(query - path));
	if (*query == '?') {
		uri.query = acr_strndup(query + 1, strcspn(query + 1, "#"));
	}
	*ret = uri;
	uri = (struct acr_uri){0};
	return 0;
}

void acr_uri_clear(struct acr_uri *uri)
{
	free(uri->scheme);
	free(uri->host);
	free(uri->path);
	free(uri->query);
	*uri = (struct acr_uri){0};
}

bool acr_uri_is_loopback(const char *host)
{
	static const char localhost[] = ".localhost";
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1) {
		return ntohl(v4.s_addr) >> 24 == 127;
	}
	if (inet_pton(AF_INET6, host, &v6) == 1) {
		return IN6_IS_ADDR_LOOPBACK(&v6);
	}
	size_t length = strlen(host), suffix = sizeof(localhost) - 1;
	return strcasecmp(host, localhost + 1) == 0 ||
	       (length > suffix && strcasecmp(host + length - suffix, localhost) == 0);
}

void acr_uri_escape(const char *text, const char *keep, struct acr_buf *out)
{
	for (const char *c = text; *c; c++) {
		if (is_unreserved((unsigned char)*c) || (keep && strchr(keep, *c))) {
			acr_buf_putc(out, *c);
		} else {
			acr_buf_printf(out, "%%%02X", (unsigned char)*c);
		}
	}
}

char *acr_uri_unescape(const char *text, size_t length, bool plus_is_space)
{
	char *result = acr_alloc(length + 1), *to = result;
	for (size_t i = 0; i < length; i++) {
		int high = text[i] == '%' && length - i > 2 ? hex_value(text[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text[i + 2]) : -1;
		if (low >= 0 && (high || low)) { /* %00 would cut the string */
			*to++ = (char)(high * 16 + low);
			i += 2;
		} else {
			*to++ = plus_is_space && text[i] == '+' ? ' ' : text[i];
		}
	}
	return result;
}

int acr_uri_expand(const char *template, const struct acr_json *vars, struct acr_buf *out, struct acr_error *error)
{
	for (const char *at = template; *at;) {
		size_t literal = strcspn(at, "{");
		acr_buf_add(out, at, literal);
		at += literal;
		if (!*at) {
			break;
		}
		const char *end = strchr(at, '}');
		if (!end) {
			return acr_fail(error, ACR_ERROR_GENERAL, "template '%s' lacks a closing brace", template);
		}
		bool raw = at[1] == '+';
		ACR_AUTO_FREE char *name = acr_strndup(at + 1 + raw, (size_t)(end - at - 1 - raw));
		const char *value = acr_json_string(acr_json_get(vars, name));
		if (!value) {
			return acr_fail(error, ACR_ERROR_GENERAL, "no value for '%s' in '%s'", name, template);
		}
		acr_uri_escape(value, raw ? "/:@!$&'()*+,;=" : NULL, out);
		at = end + 1;
	}
	return 0;
}

void acr_uri_add_query(struct acr_buf *url, const char *name, const char *value)
{
	acr_buf_putc(url, strchr(acr_buf_str(url), '?') ? '&' : '?');
	acr_buf_puts(url, name);
	acr_buf_putc(url, '=');
	acr_uri_escape(value, NULL, url);
}

char *acr_query_get(const char *query, const char *name)
{
	while (query && *query) {
		size_t length = strcspn(query, "&"), name_length = strcspn(query, "=&");
		ACR_AUTO_FREE char *found = acr_uri_unescape(query, name_length, true);
		if (strcmp(found, name) == 0) {
			size_t skip = name_length < length ? name_length + 1 : length;
			return acr_uri_unescape(query + skip, length - skip, true);
		}
		query += length + (query[length] == '&');
	}
	return NULL;
}

void acr_form_add(struct acr_buf *form, const char *name, const char *value)
{
	if (form->length) {
		acr_buf_putc(form, '&');
	}
	acr_uri_escape(name, NULL, form);
	acr_buf_putc(form, '=');
	acr_uri_escape(value, NULL, form);
}

/* Append `path` to `out` without its "." and ".." steps (RFC 3986 section 5.2.4). */
static void add_without_dots(const char *path, struct acr_buf *out)
{
	size_t start = out->length;
	while (*path) {
		size_t length = strcspn(path + 1, "/") + 1;
		bool last = !path[length];
		if (strncmp(path, "/..", length) == 0 && length == 3) {
			const char *slash = memrchr(out->data + start, '/', out->length - start);
			acr_buf_truncate(out, slash ? (size_t)(slash - out->data) : start);
			acr_buf_puts(out, last ? "/" : "");
		} else if (strncmp(path, "/.", length) == 0 && length == 2) {
			acr_buf_puts(out, last ? "/" : "");
		} else {
			acr_buf_add(out, path, length);
		}
		path += length;
	}
}

char *acr_uri_resolve(const char *base, const char *reference)
{
	struct acr_buf out = ACR_BUF_INIT;
	size_t scheme = scheme_length(base);
	const char *authority = base + scheme + (scheme ? 3 : 0);
	const char *path = authority + strcspn(authority, "/?#"), *path_end = path + strcspn(path, "?#");
	if (scheme_length(reference)) {
		return acr_strdup(reference);
	}
	if (strncmp(reference, "//", 2) == 0) {
		return acr_format("%.*s:%s", (int)scheme, base, reference);
	}
	size_t length = strcspn(reference, "?#"); /* the reference's own path */
	acr_buf_add(&out, base, (size_t)(path - base));
	if (!length) {
		const char *query_end = *reference == '?' ? path_end : path + strcspn(path, "#");
		acr_buf_add(&out, path, (size_t)(query_end - path));
	} else {
		ACR_AUTO(acr_buf) merged = ACR_BUF_INIT;
		if (*reference != '/') {
			const char *slash = memrchr(path, '/', (size_t)(path_end - path));
			acr_buf_add(&merged, slash ? path : "/", slash ? (size_t)(slash - path) + 1 : 1);
		}
		acr_buf_add(&merged, reference, length);
		add_without_dots(acr_buf_str(&merged), &out);
	}
	acr_buf_puts(&out, reference + length);
	return acr_buf_take(&out);
}
