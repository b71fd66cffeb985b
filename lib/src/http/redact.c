/* The one place that knows which header fields, parameters and members are secret. */
#include <string.h>
#include <strings.h>
#include "http/redact.h"

static const char *const secret_headers[] = {
	"Cookie", "Secret", "Set-Cookie", "X-IDENTITY-HEADER", "x-ms-authorization-auxiliary", "X-Registry-Auth",
	"x-ms-policy-external-evaluations",
};

static const char *const authorization_headers[] = {"Authorization", "Proxy-Authorization"};

/* Parameters of URLs and forms, and members of JSON bodies, whatever is below them included. */
static const char *const secret_names[] = {
	"assertion",     "authorization",        "client_assertion", "code_verifier", "connectionString",
	"customHeaders", "encodedValuesContent", "device_code",      "password",      "passwords",
	"secret",        "secureValue",          "sig",              "token",
};

/* Names of the same and of header fields that have something in front of this: "adminPassword", "X-Api-Key". */
static const char *const secret_endings[] = {"key", "password", "passwords", "secret", "token"};

/* "code" is the authorization code in forms and URLs, but an error code in JSON. */
static const char *const secret_parameters[] = {"code"};

static bool is_in(const char *const *list, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strncasecmp(list[i], name, length) == 0 && !list[i][length]) {
			return true;
		}
	}
	return false;
}

static bool is_secret_name(const char *name, size_t length)
{
	for (size_t i = 0; i < ACR_COUNT(secret_endings); i++) {
		size_t ending = strlen(secret_endings[i]);
		if (length > ending && strncasecmp(name + length - ending, secret_endings[i], ending) == 0) {
			return true;
		}
	}
	return is_in(secret_names, ACR_COUNT(secret_names), name, length);
}

static bool is_secret_parameter(const char *name, size_t length)
{
	return is_secret_name(name, length) || is_in(secret_parameters, ACR_COUNT(secret_parameters), name, length);
}

void acr_redact_header(const char *name, const char *value, struct acr_buf *out)
{
	if (is_in(authorization_headers, ACR_COUNT(authorization_headers), name, strlen(name))) {
		size_t scheme = strcspn(value, " ");
		if (value[scheme]) {
			acr_buf_add(out, value, scheme + 1);
		}
		acr_buf_puts(out, ACR_REDACTED);
	} else if (is_in(secret_headers, ACR_COUNT(secret_headers), name, strlen(name)) ||
		   is_secret_name(name, strlen(name))) {
		acr_buf_puts(out, ACR_REDACTED);
	} else {
		acr_redact_text(value, out);
	}
}

void acr_redact_text(const char *text, struct acr_buf *out)
{
	/* Parameters follow "?" or "&"; they end at the next "&" or whatever cannot be in a URL. */
	while (*text) {
		size_t length = strcspn(text, "?&");
		acr_buf_add(out, text, length + (text[length] != '\0'));
		text += length + (text[length] != '\0');
		size_t name = strcspn(text, "=&?# \t\r\n\"'<>");
		if (text[name] == '=' && is_secret_parameter(text, name)) {
			acr_buf_add(out, text, name + 1);
			acr_buf_puts(out, ACR_REDACTED);
			text += name + 1;
			text += strcspn(text, "&# \t\r\n\"'<>");
		}
	}
}

void acr_redact_form(const char *form, struct acr_buf *out)
{
	while (*form) {
		size_t length = strcspn(form, "&"), name = strcspn(form, "=&");
		bool secret = is_secret_parameter(form, name) && name < length;
		acr_buf_add(out, form, secret ? name + 1 : length);
		acr_buf_puts(out, secret ? ACR_REDACTED : "");
		form += length;
		if (*form == '&') {
			acr_buf_putc(out, *form++);
		}
	}
}

/* What to put in the place of a value: nothing for containers, whose parts are replaced one by one. */
static struct acr_json *redacted(const struct acr_json *value, bool secret)
{
	if (acr_json_type(value) == ACR_JSON_STRING && !secret) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		acr_redact_text(acr_json_string(value), &text);
		return strcmp(acr_buf_str(&text), acr_json_string(value)) ? acr_json_new_string(acr_buf_str(&text))
									  : NULL;
	}
	bool scalar = acr_json_type(value) == ACR_JSON_STRING || acr_json_type(value) == ACR_JSON_NUMBER;
	return secret && scalar ? acr_json_new_string(ACR_REDACTED) : NULL;
}

static void redact_below(struct acr_json *value, bool secret)
{
	bool object = acr_json_is(value, ACR_JSON_OBJECT);
	/* {"name":"…","value":"…","isSecret":true}: an argument of a build; {"value":"…","type":"Opaque"}: a login's part */
	const char *type = object ? acr_json_str(value, "/type") : NULL;
	bool marked = object && (acr_json_true(value, "/isSecret") || (type && strcmp(type, "Opaque") == 0));
	size_t index = 0;
	for (struct acr_json *item = acr_json_first(value), *next; item; item = next, index++) {
		const char *key = acr_json_key(item);
		bool hide = secret ||
			    (object && (is_secret_name(key, strlen(key)) || (marked && strcmp(key, "value") == 0)));
		struct acr_json *replacement = redacted(item, hide);
		next = acr_json_next(item);
		if (!replacement) {
			redact_below(item, hide);
		} else if (object) {
			ACR_AUTO_FREE char *name = acr_strdup(key);
			acr_json_set(value, name, replacement);
		} else {
			acr_json_replace(value, index, replacement);
		}
	}
}

void acr_redact_json(struct acr_json *value)
{
	redact_below(value, false);
}
