/* Registry names: suffixes and domain name labels are cut off, what is left is checked. */
#include "registry_name.h"

#include <acr/mem.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void registry_name_clear(struct registry_name *name)
{
	free(name->name);
	free(name->label);
	free(name->login_server);
	*name = (struct registry_name){0};
}

/* 5 to 50 letters and digits. */
static bool well_formed(const char *name)
{
	size_t length = strlen(name), i;

	for (i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	return length >= 5 && length <= 50;
}

/* "-" and the letters, digits and hyphens of a domain name label's hash. */
static bool well_formed_label(const char *label)
{
	size_t i;

	for (i = 0; label[i]; i++)
		if (!isalnum((unsigned char)label[i]) && label[i] != '-')
			return false;
	return i > 1;
}

static int malformed(const char *text, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_GENERAL,
			"Registry names may contain only alpha numeric characters and must be between 5 and 50 "
			"characters, such as 'myregistry'; '%s' is not one.",
			text);
}

int registry_name_check_server(const char *server, const struct acr_cloud *cloud, struct acr_error *error)
{
	const char *dot = strchr(server, '.');

	if (!cloud->registry_suffix || (dot && !strcasecmp(dot, cloud->registry_suffix)))
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			"The login server suffix is not valid for the current cloud. Please try again using '%s'.",
			cloud->registry_suffix);
}

/* "https://myregistry.azurecr.io/" is what browsers and portals show; yours to free(). */
static char *without_scheme(const char *text)
{
	size_t skip = strncasecmp(text, "https://", 8) ? 0 : 8, length = strlen(text + skip);

	return acr_strndup(text + skip, length - (skip && length && text[skip + length - 1] == '/'));
}

int registry_name_parse(const char *text, const struct acr_cloud *cloud, struct io *io, struct registry_name *ret,
			struct acr_error *error)
{
	ACR_AUTO(registry_name) name = {0};
	ACR_AUTO_FREE char *bare = without_scheme(text);
	const char *dot, *dash;

	text = bare;
	dot = strchr(text, '.');
	if (!cloud->registry_suffix && !strchr(text, '/') && (dot || strchr(text, ':'))) {
		*ret = (struct registry_name){.name = acr_strdup(text), .login_server = acr_strdup(text)};
		return 0;
	}
	if (dot && registry_name_check_server(text, cloud, error) < 0)
		return ACR_ERROR_GENERAL;
	name.name = dot ? acr_strndup(text, (size_t)(dot - text)) : acr_strdup(text);
	dash = strchr(name.name, '-');
	if (dash) {
		name.label = acr_strdup(dash);
		name.name[dash - name.name] = '\0';
	}
	if (!well_formed(name.name) || (name.label && !well_formed_label(name.label)))
		return malformed(text, error);
	if (io && text[strlen(name.name)])
		io_warn(io, "Registry name is '%s'. The following suffix '%s' is automatically omitted.", name.name,
			text + strlen(name.name));
	*ret = name;
	name = (struct registry_name){0};
	return 0;
}

int registry_name_check_new(const char *text, struct acr_error *error)
{
	const char *c;

	for (c = text; *c; c++)
		if (isupper((unsigned char)*c))
			return acr_fail(error, ACR_ERROR_GENERAL,
					"argument error: Registry name must use only lowercase; '%s' does not.", text);
	if (strchr(text, '-'))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"argument error: Registry name cannot contain dashes; '%s' does.", text);
	return well_formed(text) ? 0 : malformed(text, error);
}
