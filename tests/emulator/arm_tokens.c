/* Scope maps and tokens of a registry: who may do what to which repository, with passwords of its own. */
#include "arm_registry.h"
#include "resource_id.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#define PASSWORD_BYTES 39

/* Hashes of a token's passwords; kept in the resource and taken out of answers. */
#define SECRETS "secrets"

static const char *const password_names[] = {"password1", "password2"};

static struct acr_json *shape(struct acr_json *resource)
{
	acr_json_remove(resource, SECRETS);
	return resource;
}

static bool refuse(struct arm_request *request, const char *code, const char *what)
{
	registry_refuse(request->exchange, 400, code, "'%s' cannot be stored: %s.", request->name, what);
	return false;
}

static bool check_name(struct arm_request *request)
{
	size_t length = strlen(request->name);
	bool good = length >= 5 && length <= 50;
	for (const char *c = request->name; good && *c; c++)
		good = isalnum((unsigned char)*c) || *c == '-';
	return good || refuse(request, "InvalidResourceName", "a name has 5 to 50 letters, digits and dashes");
}

/* GET of scope maps and tokens. */
void token_get(struct arm_request *request)
{
	if (!request->name) {
		struct acr_json *list = store_list(request->id);
		for (struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
			shape(item);
		arm_reply_list(request, list);
		return;
	}
	struct acr_json *resource = store_get(request->id);
	if (resource)
		reply_json(request->exchange, 200, shape(resource));
	else
		registry_refuse(request->exchange, 404, "ResourceNotFound", "The resource %s could not be found.",
				request->name);
}

/* ---- scope maps -------------------------------------------------------------------------------------------------- */

#define ALL(right) "repositories/*/" right

static const struct {
	const char *name, *description;
	const char *actions[6];
} system_maps[] = {
	{"_repositories_admin",
	 "Can perform all read, write and delete operations on the registry",
	 {ALL("metadata/read"), ALL("metadata/write"), ALL("content/read"), ALL("content/write"),
	  ALL("content/delete")}},
	{"_repositories_pull", "Can pull any repository of the registry", {ALL("content/read")}},
	{"_repositories_pull_metadata_read",
	 "Can perform all read operations on the registry",
	 {ALL("content/read"), ALL("metadata/read")}},
	{"_repositories_push",
	 "Can push to any repository of the registry",
	 {ALL("content/read"), ALL("content/write")}},
	{"_repositories_push_metadata_write",
	 "Can perform all read and write operations on the registry",
	 {ALL("metadata/read"), ALL("metadata/write"), ALL("content/read"), ALL("content/write")}},
};

static struct acr_json *new_scope_map(const char *id, const char *type)
{
	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *map = json_build("{'type':'" REGISTRY_TYPE "/scopeMaps','id':%s,'name':%s,'systemData':{},"
					  "'properties':{'type':%s,'creationDate':%s,'provisioningState':'Succeeded'}}",
					  id, resource_name(id), type, now);
	arm_touch(map);
	return map;
}

void tokens_create_system_maps(const char *registry)
{
	for (size_t i = 0; i < ACR_COUNT(system_maps); i++) {
		ACR_AUTO_FREE char *id = acr_format("%s/scopeMaps/%s", registry, system_maps[i].name);
		ACR_AUTO_PTR(acr_json) *map = new_scope_map(id, "SystemDefined");
		struct acr_json *properties = acr_json_get(map, "properties");
		acr_json_set_str(properties, "description", system_maps[i].description);
		struct acr_json *actions = acr_json_new_array();
		for (const char *const *action = system_maps[i].actions; *action; action++)
			acr_json_append(actions, acr_json_new_string(*action));
		acr_json_set(properties, "actions", actions);
		store_put(id, map);
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length > size && !strcmp(text + length - size, end);
}

static bool is_action(const char *text)
{
	static const struct {
		const char *start, *end;
	} shapes[] = {
		{"repositories/", "/content/read"},   {"repositories/", "/content/write"},
		{"repositories/", "/content/delete"}, {"repositories/", "/metadata/read"},
		{"repositories/", "/metadata/write"}, {"gateway/", "/config/read"},
		{"gateway/", "/config/write"},        {"gateway/", "/message/read"},
		{"gateway/", "/message/write"},
	};
	for (size_t i = 0; text && i < ACR_COUNT(shapes); i++)
		if (!strncmp(text, shapes[i].start, strlen(shapes[i].start)) &&
		    ends_with(text + strlen(shapes[i].start), shapes[i].end))
			return true;
	return false;
}

static bool check_actions(struct arm_request *request, const struct acr_json *actions)
{
	if (!acr_json_is(actions, ACR_JSON_ARRAY))
		return refuse(request, "InvalidScopeMap", "a scope map needs a list of actions");
	for (const struct acr_json *action = acr_json_first(actions); action; action = acr_json_next(action))
		if (!is_action(acr_json_string(action)))
			return refuse(request, "InvalidScopeMap",
				      "an action has the form repositories/REPOSITORY/content/read, or gateway/…");
	return true;
}

static bool check_own_map(struct arm_request *request, const struct acr_json *present)
{
	const char *type = acr_json_str(present, "/properties/type");
	return !type || strcmp(type, "SystemDefined") != 0 ||
	       refuse(request, "SystemDefinedScopeMap", "a scope map that comes with the registry is not changed");
}

/* PUT and PATCH. */
void scope_map_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *map = request->name ? store_get(request->id) : NULL;
	bool patch = !strcmp(request->exchange->method, "PATCH");
	const struct acr_json *given = acr_json_get(request->body, "properties");
	const struct acr_json *actions = acr_json_get(given, "actions");
	if (!request->name || (patch && !map)) {
		arm_generic(request); /* says what is wrong */
		return;
	}
	if (!check_own_map(request, map) || (!map && !check_name(request)) ||
	    ((!patch || actions) && !check_actions(request, actions)))
		return;
	if (!map)
		map = new_scope_map(request->id, "UserDefined");
	struct acr_json *properties = acr_json_get(map, "properties");
	if (acr_json_str(given, "/description"))
		acr_json_set_str(properties, "description", acr_json_str(given, "/description"));
	if (actions)
		acr_json_set(properties, "actions", acr_json_copy(actions));
	arm_touch(map);
	store_put(request->id, map);
	reply_json(request->exchange, 200, store_get(request->id));
}

void scope_map_delete(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *map = request->name ? store_get(request->id) : NULL;
	if (check_own_map(request, map))
		arm_generic(request);
}

/* ---- tokens ------------------------------------------------------------------------------------------------------ */

static bool check_token(struct arm_request *request, const struct acr_json *given, bool complete)
{
	const char *map = acr_json_str(given, "/scopeMapId"), *status = acr_json_str(given, "/status");
	if (status && strcmp(status, "enabled") != 0 && strcmp(status, "disabled") != 0)
		return refuse(request, "InvalidToken", "its status is either enabled or disabled");
	if (complete && !map)
		return refuse(request, "InvalidToken", "a token needs a scopeMapId");
	if (!map || (strcasestr(map, "/scopeMaps/") && store_has(map)))
		return true;
	registry_refuse(request->exchange, 404, "ResourceNotFound", "The resource %s could not be found.",
			resource_name(map));
	return false;
}

static void keep_passwords(struct acr_json *token, const struct acr_json *kept)
{
	struct acr_json *present = acr_json_at(token, "/properties/credentials/passwords");
	struct acr_json *list = acr_json_new_array();
	for (const struct acr_json *wanted = acr_json_first(kept); wanted; wanted = acr_json_next(wanted))
		for (const struct acr_json *item = acr_json_first(present); item; item = acr_json_next(item))
			if (acr_json_equal(acr_json_get(item, "name"), acr_json_get(wanted, "name")))
				acr_json_append(list, acr_json_copy(item));
	acr_json_set(acr_json_at(token, "/properties/credentials"), "passwords", list);
}

/* Certificates are kept as they come; nobody signs in with one. */
static bool check_certificates(struct arm_request *request, const struct acr_json *list)
{
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *name = acr_json_str(item, "/name");
		if (!name || (strcmp(name, "certificate1") != 0 && strcmp(name, "certificate2") != 0) ||
		    !acr_json_str(item, "/encodedPemCertificate"))
			return refuse(request, "InvalidToken",
				      "a certificate is certificate1 or certificate2 and has an encodedPemCertificate");
	}
	return true;
}

static void apply_token(struct acr_json *token, const struct acr_json *given)
{
	static const char *const members[] = {"scopeMapId", "status"};
	const struct acr_json *passwords = acr_json_at(given, "/credentials/passwords");
	for (size_t i = 0; i < ACR_COUNT(members); i++)
		if (acr_json_string(acr_json_get(given, members[i])))
			acr_json_set(acr_json_get(token, "properties"), members[i],
				     acr_json_copy(acr_json_get(given, members[i])));
	if (acr_json_is(passwords, ACR_JSON_ARRAY))
		keep_passwords(token, passwords);
	const struct acr_json *certificates = acr_json_at(given, "/credentials/certificates");
	if (acr_json_is(certificates, ACR_JSON_ARRAY))
		acr_json_set(acr_json_at(token, "/properties/credentials"), "certificates",
			     acr_json_copy(certificates));
	arm_touch(token);
}

/* PUT and PATCH. */
void token_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *token = request->name ? store_get(request->id) : NULL;
	bool patch = !strcmp(request->exchange->method, "PATCH");
	const struct acr_json *given = acr_json_get(request->body, "properties");
	if (!request->name || (patch && !token)) {
		arm_generic(request); /* says what is wrong */
		return;
	}
	if ((!token && !check_name(request)) || !check_token(request, given, !patch) ||
	    !check_certificates(request, acr_json_at(given, "/credentials/certificates")))
		return;
	if (!token) {
		ACR_AUTO_FREE char *now = now_text();
		token = json_build("{'type':%s,'id':%s,'name':%s,'systemData':{},'properties':{'creationDate':%s,"
				   "'provisioningState':'Creating','scopeMapId':'','credentials':{'passwords':[]},"
				   "'status':'enabled'},'" SECRETS "':{}}",
				   request->type, request->id, request->name, now);
	}
	apply_token(token, given);
	if (!patch)
		acr_json_set_str(acr_json_get(token, "properties"), "provisioningState", "Creating");
	store_put(request->id, token);
	reply_json(request->exchange, 200, shape(store_get(request->id)));
	if (!patch)
		arm_reply_long(request, 201, request->id, NULL, NULL);
}

/* ---- passwords ----------------------------------------------------------------------------------------------------
 */

struct generation {
	const char *only;       /* the password to make; NULL: both */
	const char *expiry;     /* as it is printed; NULL: never */
	struct acr_json *reply; /* array */
};

static void add_password(struct acr_json *token, const char *name, struct generation *generation)
{
	unsigned char bytes[PASSWORD_BYTES];
	ACR_AUTO(acr_buf) value = ACR_BUF_INIT;
	ACR_AUTO_FREE char *now = now_text();
	char hash[65];
	acr_random(bytes, sizeof(bytes));
	acr_base64_encode(bytes, sizeof(bytes), &value);
	acr_sha256_hex(value.data, value.length, hash);
	acr_json_set_str(acr_json_get(token, SECRETS), name, hash);

	struct acr_json *described = json_build("{'creationTime':%s}", now);
	if (generation->expiry)
		acr_json_set_str(described, "expiry", generation->expiry);
	acr_json_set_str(described, "name", name);
	struct acr_json *told = acr_json_copy(described);
	acr_json_set_str(told, "value", acr_buf_str(&value));
	acr_json_append(generation->reply, told);
	acr_json_append(acr_json_at(token, "/properties/credentials/passwords"), described);
}

static void drop_password(struct acr_json *list, const char *name)
{
	for (size_t i = 0; i < acr_json_size(list); i++) {
		const char *own = acr_json_str(acr_json_item(list, i), "/name");
		if (own && !strcmp(own, name)) {
			acr_json_free(acr_json_detach_item(list, i));
			return;
		}
	}
}

static bool generate(struct acr_json *token, void *user)
{
	struct generation *generation = user;
	for (size_t i = 0; i < ACR_COUNT(password_names); i++) {
		if (generation->only && strcmp(generation->only, password_names[i]) != 0)
			continue;
		drop_password(acr_json_at(token, "/properties/credentials/passwords"), password_names[i]);
		add_password(token, password_names[i], generation);
	}
	arm_touch(token);
	return true;
}

/* "2026-01-01T00:00:00.5Z" → "2026-01-01T00:00:00.5000000+00:00"; NULL, and answered, when it is no time. */
static bool read_expiry(struct arm_request *request, char **ret)
{
	const char *text = acr_json_str(request->body, "/expiry");
	int64_t seconds;
	int nanoseconds;
	if (!text)
		return true;
	if (acr_time_parse(text, &seconds, &nanoseconds, NULL) < 0) {
		registry_refuse(request->exchange, 400, "InvalidExpiry", "The expiry '%s' is not a point in time.",
				text);
		return false;
	}
	ACR_AUTO_FREE char *whole = acr_time_text(seconds);
	*ret = nanoseconds ? acr_format("%.19s.%07d+00:00", whole, nanoseconds / 100)
			   : acr_format("%.19s+00:00", whole);
	return true;
}

void token_generate(struct arm_request *request)
{
	ACR_AUTO_FREE char *expiry = NULL;
	const char *id = acr_json_str(request->body, "/tokenId"), *name = acr_json_str(request->body, "/name");
	bool known = !name || !strcmp(name, password_names[0]) || !strcmp(name, password_names[1]);
	if (!id || !known || !strcasestr(id, "/tokens/")) {
		registry_refuse(
			request->exchange, 400, "InvalidRequestContent",
			"The member 'tokenId' is the id of a token, and 'name', if any, password1 or password2.");
		return;
	}
	if (!read_expiry(request, &expiry))
		return;
	ACR_AUTO_FREE char *prefix = acr_format("%s/tokens/", request->id);
	struct generation generation = {.only = name, .expiry = expiry, .reply = acr_json_new_array()};
	if (strncasecmp(id, prefix, strlen(prefix)) != 0 || !store_change(id, generate, &generation)) {
		acr_json_free(generation.reply);
		registry_refuse(request->exchange, 404, "ResourceNotFound", "The resource %s could not be found.",
				resource_name(id));
		return;
	}
	struct acr_json *reply = json_build("{'username':%s}", resource_name(id));
	acr_json_set(reply, "passwords", generation.reply);
	reply_json(request->exchange, 200, reply);
}

/* ---- sign-in at the registry
 * ----------------------------------------------------------------------------------------- */

/* Only what is listed counts: a password that was deleted has no entry any more. */
static bool has_password(const struct acr_json *token, const char *password)
{
	const struct acr_json *list = acr_json_at(token, "/properties/credentials/passwords");
	char hash[65];
	acr_sha256_hex(password, strlen(password), hash);
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *name = acr_json_str(item, "/name"), *expiry = acr_json_str(item, "/expiry");
		const char *stored = acr_json_string(acr_json_get(acr_json_get(token, SECRETS), name));
		int64_t until;
		bool expired = expiry && (acr_time_parse(expiry, &until, NULL, NULL) < 0 || until <= now_seconds());
		if (stored && !expired && CRYPTO_memcmp(stored, hash, sizeof(hash)) == 0)
			return true;
	}
	return false;
}

bool token_password_valid(const char *id, const char *username, const char *password, struct acr_json **scopes)
{
	if (!*username || strchr(username, '/'))
		return false;
	ACR_AUTO_FREE char *token_id = acr_format("%s/tokens/%s", id, username);
	ACR_AUTO_PTR(acr_json) *token = store_get(token_id);
	const char *status = acr_json_str(token, "/properties/status");
	if (!status || strcmp(status, "enabled") != 0 || !has_password(token, password))
		return false;
	const char *map_id = acr_json_str(token, "/properties/scopeMapId");
	ACR_AUTO_PTR(acr_json) *map = map_id ? store_get(map_id) : NULL;
	const struct acr_json *actions = acr_json_at(map, "/properties/actions");
	if (scopes)
		*scopes = actions ? acr_json_copy(actions) : acr_json_new_array();
	connected_seen(id, acr_json_str(token, "/id"));
	return true;
}
