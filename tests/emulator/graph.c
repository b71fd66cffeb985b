/* Microsoft Graph, as far as `az ad sp create-for-rbac` and `az role assignment` need it: applications, service
 * principals, directory objects (https://learn.microsoft.com/graph/api/overview). */
#include "directory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROOT "/v1.0/"
#define SECRET_BYTES 30

bool graph_concerns(const struct exchange *exchange)
{
	return !strncmp(exchange->path, ROOT, strlen(ROOT));
}

/* A request taken apart: "applications/ID/addPassword". */
struct graph_request {
	struct exchange *exchange;
	char *collection, *id, *action; /* NULL where the path has none */
	struct acr_json *body;
};

static void request_clear(struct graph_request *request)
{
	free(request->collection);
	free(request->id);
	free(request->action);
	acr_json_free(request->body);
}

static char *next_segment(const char **path)
{
	size_t length = strcspn(*path, "/");
	char *segment = length ? acr_uri_unescape(*path, length, false) : NULL;
	*path += length + ((*path)[length] == '/');
	return segment;
}

static void not_found(struct graph_request *request)
{
	reply_error(request->exchange, 404, "Request_ResourceNotFound",
		    "Resource '%s' does not exist or one of its queried reference-property objects are not present.",
		    request->id ? request->id : "");
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

/* What clients ask for: a member, how it is compared, and the value in quotes. */
static const struct {
	const char *start, *member;
	bool begins; /* the beginning is enough */
} filters[] = {
	{"displayName eq ", "displayName", false},
	{"startswith(displayName,", "displayName", true},
	{"appId eq ", "appId", false},
	{"id eq ", "id", false},
	{"servicePrincipalNames/any(c:c eq ", "servicePrincipalNames", false},
	{"identifierUris/any(s:s eq ", "identifierUris", false},
	{"userPrincipalName eq ", "userPrincipalName", false},
};

/* The text between quotes ('' stands for one), yours to free(); NULL when there is none. */
static char *quoted(const char *text)
{
	ACR_AUTO(acr_buf) value = ACR_BUF_INIT;
	text += strspn(text, " ");
	if (*text++ != '\'')
		return NULL;
	for (; *text; text++) {
		if (*text == '\'' && *++text != '\'')
			return acr_buf_take(&value);
		acr_buf_putc(&value, *text);
	}
	return NULL;
}

static bool text_matches(const char *text, const char *value, bool begins)
{
	if (!text)
		return false;
	return begins ? !strncasecmp(text, value, strlen(value)) : !strcasecmp(text, value);
}

static bool matches(const struct acr_json *object, const char *member, const char *value, bool begins)
{
	const struct acr_json *present = acr_json_get(object, member);
	if (!acr_json_is(present, ACR_JSON_ARRAY))
		return text_matches(acr_json_string(present), value, begins);
	for (const struct acr_json *item = acr_json_first(present); item; item = acr_json_next(item))
		if (text_matches(acr_json_string(item), value, begins))
			return true;
	return false;
}

/* The objects that fit $filter; NULL, and answered, when it is none that is known. */
static struct acr_json *filtered(struct graph_request *request, const struct acr_json *all)
{
	ACR_AUTO_FREE char *filter = exchange_query(request->exchange, "$filter");
	if (!filter)
		return acr_json_copy(all);
	for (size_t i = 0; i < ACR_COUNT(filters); i++) {
		size_t length = strlen(filters[i].start);
		ACR_AUTO_FREE char *value =
			strncasecmp(filter, filters[i].start, length) ? NULL : quoted(filter + length);
		if (!value)
			continue;
		struct acr_json *list = acr_json_new_array();
		for (const struct acr_json *object = acr_json_first(all); object; object = acr_json_next(object))
			if (matches(object, filters[i].member, value, filters[i].begins))
				acr_json_append(list, acr_json_copy(object));
		return list;
	}
	reply_error(request->exchange, 400, "Request_UnsupportedQuery", "Unsupported query '%s'.", filter);
	return NULL;
}

static void reply_list(struct graph_request *request, struct acr_json *all)
{
	struct acr_json *list = filtered(request, all);
	acr_json_free(all);
	if (!list)
		return;
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "value", list);
	reply_json(request->exchange, 200, reply);
}

/* ---- objects ------------------------------------------------------------------------------------------------------
 */

static void get_object(struct graph_request *request, enum directory_kind kind)
{
	if (!request->id) {
		reply_list(request, directory_list(kind));
		return;
	}
	struct acr_json *object = directory_get(kind, request->id);
	if (object)
		reply_json(request->exchange, 200, object);
	else
		not_found(request);
}

static void delete_object(struct graph_request *request, enum directory_kind kind)
{
	if (request->id && directory_delete(kind, request->id))
		request->exchange->status = 204;
	else
		not_found(request);
}

static bool needs(struct graph_request *request, const char *member)
{
	const char *text = acr_json_string(acr_json_get(request->body, member));
	if (text && *text)
		return true;
	reply_error(request->exchange, 400, "Request_BadRequest", "A value is required for property '%s'.", member);
	return false;
}

static void create_application(struct graph_request *request)
{
	char id[37], app_id[37];
	if (!needs(request, "displayName"))
		return;
	acr_uuid(id);
	acr_uuid(app_id);
	ACR_AUTO_FREE char *now = acr_time_text(now_seconds());
	struct acr_json *application = json_build(
		"{'id':%s,'deletedDateTime':null,'appId':%s,'createdDateTime':%s,'displayName':%s,'identifierUris':[],"
		"'signInAudience':'AzureADMyOrg','passwordCredentials':[],'keyCredentials':[]}",
		id, app_id, now, acr_json_str(request->body, "/displayName"));
	directory_put(DIRECTORY_APPLICATIONS, application);
	reply_json(request->exchange, 201, application);
}

static void create_principal(struct graph_request *request)
{
	char id[37];
	if (!needs(request, "appId"))
		return;
	const char *app_id = acr_json_str(request->body, "/appId");
	ACR_AUTO_FREE char *present = directory_principal_of(app_id);
	if (!directory_has_application(app_id)) {
		reply_error(request->exchange, 400, "Request_BadRequest",
			    "The appId '%s' of the service principal does not reference a valid application object.",
			    app_id);
		return;
	}
	if (present) {
		reply_error(request->exchange, 409, "Request_MultipleObjectsWithSameKeyValue",
			    "The service principal cannot be created, updated, or restored because the service "
			    "principal name %s is already in use.",
			    app_id);
		return;
	}
	acr_uuid(id);
	ACR_AUTO_PTR(acr_json) *all = directory_list(DIRECTORY_APPLICATIONS);
	const char *name = "";
	for (const struct acr_json *item = acr_json_first(all); item; item = acr_json_next(item))
		if (!strcasecmp(acr_json_str(item, "/appId"), app_id))
			name = acr_json_str(item, "/displayName");
	struct acr_json *principal =
		json_build("{'id':%s,'accountEnabled':true,'appId':%s,'appDisplayName':%s,'displayName':%s,"
			   "'servicePrincipalNames':[%s],'servicePrincipalType':'Application','passwordCredentials':[],"
			   "'keyCredentials':[]}",
			   id, app_id, name, name, app_id);
	directory_put(DIRECTORY_PRINCIPALS, principal);
	reply_json(request->exchange, 201, principal);
}

static void patch_application(struct graph_request *request)
{
	ACR_AUTO_PTR(acr_json) *application = directory_get(DIRECTORY_APPLICATIONS, request->id ? request->id : "");
	if (!application) {
		not_found(request);
		return;
	}
	arm_merge(application, request->body);
	directory_put(DIRECTORY_APPLICATIONS, application);
	request->exchange->status = 204;
}

/* ---- secrets ------------------------------------------------------------------------------------------------------
 */

static char *new_secret(void)
{
	unsigned char bytes[SECRET_BYTES];
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_random(bytes, sizeof(bytes));
	acr_base64url_encode(bytes, sizeof(bytes), &text);
	return acr_buf_take(&text);
}

static void add_password(struct graph_request *request, struct acr_json *application)
{
	ACR_AUTO_FREE char *secret = new_secret();
	const struct acr_json *wanted = acr_json_get(request->body, "passwordCredential");
	char key_id[37];
	acr_uuid(key_id);
	ACR_AUTO_FREE char *hint = acr_strndup(secret, 3);
	struct acr_json *credential = json_build(
		"{'customKeyIdentifier':null,'displayName':%s,'endDateTime':%s,'hint':%s,'keyId':%s,'secretText':null,"
		"'startDateTime':%s}",
		acr_json_str(wanted, "/displayName"), acr_json_str(wanted, "/endDateTime"), hint, key_id,
		acr_json_str(wanted, "/startDateTime"));
	struct acr_json *told = acr_json_copy(credential);
	acr_json_set_str(told, "secretText", secret);
	acr_json_append(acr_json_get(application, "passwordCredentials"), credential);
	directory_secret_put(acr_json_str(application, "/appId"), key_id, secret);
	directory_put(DIRECTORY_APPLICATIONS, application);
	reply_json(request->exchange, 200, told);
}

static void remove_password(struct graph_request *request, struct acr_json *application)
{
	struct acr_json *list = acr_json_get(application, "passwordCredentials");
	const char *key_id = acr_json_str(request->body, "/keyId");
	for (size_t i = 0; key_id && i < acr_json_size(list); i++) {
		if (strcmp(acr_json_str(acr_json_item(list, i), "/keyId"), key_id) != 0)
			continue;
		acr_json_free(acr_json_detach_item(list, i));
		directory_secret_put(acr_json_str(application, "/appId"), key_id, NULL);
		directory_put(DIRECTORY_APPLICATIONS, application);
		request->exchange->status = 204;
		return;
	}
	reply_error(request->exchange, 400, "Request_BadRequest", "No password credential found with keyId '%s'.",
		    key_id ? key_id : "");
}

static void change_password(struct graph_request *request)
{
	ACR_AUTO_PTR(acr_json) *application = directory_get(DIRECTORY_APPLICATIONS, request->id);
	if (!application)
		not_found(request);
	else if (!strcmp(request->action, "addPassword"))
		add_password(request, application);
	else
		remove_password(request, application);
}

/* ---- dispatch -----------------------------------------------------------------------------------------------------
 */

/* Objects of any kind by their ids: principals are the only ones that roles are given to here. */
static void get_by_ids(struct graph_request *request)
{
	struct acr_json *list = acr_json_new_array();
	const struct acr_json *id = acr_json_first(acr_json_get(request->body, "ids"));
	for (; id; id = acr_json_next(id)) {
		struct acr_json *object =
			acr_json_string(id) ? directory_get(DIRECTORY_PRINCIPALS, acr_json_string(id)) : NULL;
		if (!object)
			continue;
		acr_json_set_str(object, "@odata.type", "#microsoft.graph.servicePrincipal");
		acr_json_append(list, object);
	}
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "value", list);
	reply_json(request->exchange, 200, reply);
}

static bool check_token(struct exchange *exchange)
{
	const char *header = exchange_header(exchange, "Authorization");
	ACR_AUTO_PTR(acr_json) *claims = header && !strncasecmp(header, "Bearer ", 7) ? token_verify(header + 7) : NULL;
	const char *audience = acr_json_str(claims, "/aud");
	if (audience && !strncmp(audience, emulator.base_url, strlen(emulator.base_url)))
		return true;
	reply_error(exchange, 401, "InvalidAuthenticationToken",
		    "Access token is empty, invalid, or for another "
		    "audience than '%s'.",
		    emulator.base_url);
	return false;
}

static void dispatch(struct graph_request *request)
{
	const char *method = request->exchange->method, *collection = request->collection ? request->collection : "";
	bool applications = !strcmp(collection, "applications"), principals = !strcmp(collection, "servicePrincipals");
	bool post = !strcmp(method, "POST");
	enum directory_kind kind = applications ? DIRECTORY_APPLICATIONS : DIRECTORY_PRINCIPALS;
	if (post && applications && request->action &&
	    (!strcmp(request->action, "addPassword") || !strcmp(request->action, "removePassword")))
		change_password(request);
	else if (post && applications && !request->id)
		create_application(request);
	else if (post && principals && !request->id)
		create_principal(request);
	else if (post && !strcmp(collection, "directoryObjects") && request->id && !strcmp(request->id, "getByIds"))
		get_by_ids(request);
	else if (!strcmp(method, "GET") && (applications || principals) && !request->action)
		get_object(request, kind);
	else if (!strcmp(method, "GET") && (!strcmp(collection, "users") || !strcmp(collection, "groups")) &&
		 !request->id)
		reply_list(request, acr_json_new_array());
	else if (!strcmp(method, "PATCH") && applications && !request->action)
		patch_application(request);
	else if (!strcmp(method, "DELETE") && (applications || principals) && !request->action)
		delete_object(request, kind);
	else
		reply_error(request->exchange, 404, "BadRequest", "Resource not found for the segment '%s'.",
			    collection);
}

void graph_answer(struct exchange *exchange)
{
	__attribute__((cleanup(request_clear))) struct graph_request request = {.exchange = exchange};
	const char *path = exchange->path + strlen(ROOT);
	if (!check_token(exchange))
		return;
	request.collection = next_segment(&path);
	request.id = next_segment(&path);
	request.action = next_segment(&path);
	if (exchange->body.length &&
	    acr_json_parse(exchange->body.data, exchange->body.length, &request.body, NULL) < 0) {
		reply_error(exchange, 400, "BadRequest", "Unable to read JSON request payload.");
		return;
	}
	dispatch(&request);
}
