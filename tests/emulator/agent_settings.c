/* The files buildah reads: where images come from, and the credentials of a run. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *settings_file(const char *name)
{
	return acr_format("%s/agent/settings/%s", emulator.state, name);
}

int settings_write(struct acr_error *error)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{"registries.conf",
		 "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"permissive\"\n"},
		{"policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n"},
	};
	ACR_AUTO_FREE char *folder = settings_file("");
	if (acr_folder_make(folder, error) < 0)
		return error->code;
	for (size_t i = 0; i < ACR_COUNT(files); i++) {
		ACR_AUTO_FREE char *path = settings_file(files[i].name);
		if (acr_file_replace(path, files[i].text, strlen(files[i].text), 0600, error) < 0)
			return error->code;
	}
	return 0;
}

static void add_login(struct acr_json *auths, const char *server, const char *username, const char *password)
{
	ACR_AUTO_FREE char *pair = acr_format("%s:%s", username, password);
	ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;
	acr_base64_encode(pair, strlen(pair), &encoded);
	acr_json_set(auths, server, json_build("{'auth':%s}", acr_buf_str(&encoded)));
}

/* Whether the run may use the registry it belongs to. */
static bool has_own_login(const struct run *run)
{
	const struct acr_json *credentials = acr_json_at(run->request, "/credentials/sourceRegistry");
	const char *mode = acr_json_str(credentials, "/loginMode");
	const char *identity = acr_json_str(credentials, "/identity");
	if (mode && !strcasecmp(mode, "None"))
		return false;
	if (identity)
		return strcasecmp(identity, "none") != 0;
	ACR_AUTO_PTR(acr_json) *registry = store_get(run->registry);
	const char *assignment = acr_json_str(registry, "/properties/roleAssignmentMode");
	return !assignment || strcmp(assignment, "AbacRepositoryPermissions") != 0;
}

char *logins_file(const struct run *run)
{
	return acr_path_join(run->folder, "auth.json");
}

/* The credentials of the run, for its tools only. */
int logins_write(struct run *run, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *file = json_build("{'auths':{}}");
	struct acr_json *auths = acr_json_get(file, "auths");
	if (has_own_login(run)) {
		log_line(&run->log, "Logging in to registry: %s", run->login_server);
		add_login(auths, run->login_server, emulator.client_id, emulator.client_secret);
	}
	const struct acr_json *custom = acr_json_at(run->request, "/credentials/customRegistries");
	for (const struct acr_json *item = acr_json_first(custom); item; item = acr_json_next(item)) {
		const char *username = acr_json_str(item, "/userName/value");
		const char *password = acr_json_str(item, "/password/value");
		const char *type = acr_json_str(item, "/password/type");
		log_line(&run->log, "Logging in to registry: %s", acr_json_key(item));
		if (!username || !password || (type && strcasecmp(type, "Opaque") != 0)) {
			log_line(&run->log, "The emulator has no key vault to read this credential from");
			continue;
		}
		log_hide(&run->log, password);
		add_login(auths, acr_json_key(item), username, password);
	}
	ACR_AUTO_FREE char *text = acr_json_text(file);
	ACR_AUTO_FREE char *path = logins_file(run);
	return acr_file_replace(path, text, strlen(text), 0600, error);
}
