/* Subscriptions, regions, resource groups and the list of all resources. */
#include "arm_locations.h"
#include "emulator.h"
#include "resource_id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- subscriptions, tenants, regions, providers ---------------------------------------------------------------- */

static struct acr_json *describe_subscription(void)
{
	ACR_AUTO_FREE char *id = acr_format("/subscriptions/%s", emulator.subscription_id);
	return json_build("{'id':%s,'authorizationSource':'RoleBased','managedByTenants':[],'subscriptionId':%s,"
			  "'tenantId':%s,'displayName':%s,'state':'Enabled','subscriptionPolicies':{"
			  "'locationPlacementId':'Public_2014-09-01','quotaId':'PayAsYouGo_2014-09-01',"
			  "'spendingLimit':'Off'}}",
			  id, emulator.subscription_id, emulator.tenant_id, SUBSCRIPTION_NAME);
}

static void get_subscriptions(struct arm_request *request)
{
	if (request->name) {
		reply_json(request->exchange, 200, describe_subscription());
		return;
	}
	struct acr_json *list = acr_json_new_array();
	acr_json_append(list, describe_subscription());
	arm_reply_list(request, list);
}

static void get_tenants(struct arm_request *request)
{
	ACR_AUTO_FREE char *id = acr_format("/tenants/%s", emulator.tenant_id);
	arm_reply_list(request, json_build("[{'id':%s,'tenantId':%s,'displayName':%s,'tenantCategory':'Home'}]", id,
					   emulator.tenant_id, SUBSCRIPTION_NAME));
}

static void get_locations(struct arm_request *request)
{
	arm_reply_list(request, location_list());
}

static struct acr_json *describe_provider(void)
{
	ACR_AUTO_FREE char *id =
		acr_format("/subscriptions/%s/providers/Microsoft.ContainerRegistry", emulator.subscription_id);
	return json_build("{'id':%s,'namespace':'Microsoft.ContainerRegistry','resourceTypes':[],"
			  "'registrationState':'Registered','registrationPolicy':'RegistrationRequired'}",
			  id);
}

static void get_providers(struct arm_request *request)
{
	struct acr_json *list = acr_json_new_array();
	acr_json_append(list, describe_provider());
	arm_reply_list(request, list);
}

static void get_provider(struct arm_request *request)
{
	reply_json(request->exchange, 200, describe_provider());
}

bool arm_answer_public(struct exchange *exchange)
{
	if (strcmp(exchange->method, "GET") != 0 || strcmp(exchange->path, "/metadata/endpoints") != 0)
		return false;
	ACR_AUTO_FREE char *login = acr_format("%s/adfs", emulator.base_url);
	reply_json(
		exchange, 200,
		json_build("[{'name':'AcrEmulator','portal':%s,'authentication':{'loginEndpoint':%s,'audiences':[%s],"
			   "'tenant':%s,'identityProvider':'ADFS'},'resourceManager':%s,'graph':%s,"
			   "'graphAudience':%s,'suffixes':{'storage':'localhost','keyVaultDns':'.vault.azure.net'}}]",
			   emulator.base_url, login, MANAGEMENT_AUDIENCE, emulator.tenant_id, emulator.base_url,
			   emulator.base_url, emulator.base_url));
	return true;
}

/* ---- resource groups ------------------------------------------------------------------------------------------- */

static bool check_group_name(struct arm_request *request)
{
	const char *name = request->name;
	size_t length = strlen(name);
	bool good = length <= 90 && name[length - 1] != '.';
	for (const unsigned char *c = (const unsigned char *)name; good && *c; c++)
		good = isalnum(*c) || *c >= 0x80 || strchr("-._()", *c);
	if (!good)
		reply_error(
			request->exchange, 400, "InvalidResourceGroup",
			"The provided resource group name '%s' is not valid. The name has at most 90 letters, digits, "
			"'-', '.', '(', ')' or '_' and does not end with '.'.",
			name);
	return good;
}

static bool check_group_location(struct arm_request *request, const char *location, const struct acr_json *present)
{
	const char *old = acr_json_str(present, "/location");
	if (!location) {
		reply_error(request->exchange, 400, "LocationRequired",
			    "The location property is required for this definition.");
		return false;
	}
	if (!location_known(location)) {
		ACR_AUTO_FREE char *names = location_names();
		reply_error(
			request->exchange, 400, "LocationNotAvailableForResourceGroup",
			"The provided location '%s' is not available for resource group. List of available regions is "
			"'%s'.",
			location, names);
		return false;
	}
	if (!old || location_same(old, location))
		return true;
	reply_error(request->exchange, 409, "InvalidResourceGroupLocation",
		    "Invalid resource group location '%s'. The Resource group already exists in location '%s'.",
		    location, old);
	return false;
}

static void put_group(struct arm_request *request)
{
	if (!request->name) {
		arm_generic(request);
		return;
	}
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	const char *given = acr_json_str(request->body, "/location");
	ACR_AUTO_FREE char *location = given ? location_normalize(given) : NULL;
	if (!check_group_name(request) || !check_group_location(request, location, present))
		return;
	ACR_AUTO_PTR(acr_json) *group = json_build("{'id':%s,'name':%s,'type':'Microsoft.Resources/resourceGroups',"
						   "'location':%s}",
						   request->id, request->name, location);
	const struct acr_json *tags = acr_json_get(request->body, "tags");
	if (!acr_json_is_nothing(tags))
		acr_json_set(group, "tags", acr_json_copy(tags));
	const char *manager = acr_json_str(request->body, "/managedBy");
	if (manager)
		acr_json_set_str(group, "managedBy", manager);
	acr_json_set(group, "properties", json_build("{'provisioningState':'Succeeded'}"));
	store_put(request->id, group);
	reply_json(request->exchange, present ? 200 : 201, store_get(request->id));
}

static bool matches_tag(const struct acr_json *resource, const char *name, const char *value)
{
	const struct acr_json *tags = acr_json_get(resource, "tags");
	for (const struct acr_json *tag = acr_json_first(tags); tag; tag = acr_json_next(tag))
		if (!strcasecmp(acr_json_key(tag), name))
			return !value || (acr_json_string(tag) && !strcasecmp(acr_json_string(tag), value));
	return false;
}

/* ---- $filter ---------------------------------------------------------------------------------------------------- */

struct filter {
	char *type, *name, *group, *location, *tag_name, *tag_value;
};

static void filter_clear(struct filter *filter)
{
	char **parts = (char **)filter;
	for (size_t i = 0; i < sizeof(*filter) / sizeof(char *); i++)
		free(parts[i]);
}

static char **filter_field(struct filter *filter, const char *name, size_t length)
{
	const struct {
		const char *name;
		char **field;
	} fields[] = {
		{"resourceType", &filter->type}, {"name", &filter->name},        {"resourceGroup", &filter->group},
		{"location", &filter->location}, {"tagName", &filter->tag_name}, {"tagValue", &filter->tag_value},
	};
	for (size_t i = 0; i < ACR_COUNT(fields); i++)
		if (strlen(fields[i].name) == length && !strncasecmp(fields[i].name, name, length))
			return fields[i].field;
	return NULL;
}

static const char *skip_word(const char *step, const char *word)
{
	step += strspn(step, " ");
	size_t length = strlen(word);
	return strncasecmp(step, word, length) || step[length] != ' ' ? NULL : step + length;
}

/* 'text' with '' for a quote; returns what follows. */
static const char *parse_quoted(const char *step, char **ret)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	if (*step++ != '\'')
		return NULL;
	for (; *step; step++) {
		if (*step == '\'' && *++step != '\'') {
			*ret = acr_buf_take(&text);
			return step;
		}
		acr_buf_putc(&text, *step);
	}
	return NULL;
}

/* "resourceType eq 'T' and name eq 'N'": comparisons joined with "and". */
static bool parse_filter(const char *text, struct filter *filter)
{
	for (const char *step = text;;) {
		step += strspn(step, " ");
		size_t length = strcspn(step, " ");
		char **field = filter_field(filter, step, length);
		char *value = NULL;
		const char *rest = field ? skip_word(step + length, "eq") : NULL;
		rest = rest ? parse_quoted(rest + strspn(rest, " "), &value) : NULL;
		if (!rest)
			return false;
		free(*field);
		*field = value;
		rest += strspn(rest, " ");
		if (!*rest)
			return true;
		step = skip_word(rest, "and");
		if (!step)
			return false;
	}
}

static bool read_filter(struct arm_request *request, struct filter *filter)
{
	ACR_AUTO_FREE char *text = exchange_query(request->exchange, "$filter");
	if (!text || !*text || parse_filter(text, filter))
		return true;
	reply_error(request->exchange, 400, "InvalidFilterInQueryString",
		    "Invalid $filter '%s' specified in the query string. Comparisons with 'eq' joined with 'and' are "
		    "known.",
		    text);
	return false;
}

static bool filter_matches(const struct filter *filter, const struct acr_json *resource)
{
	const char *name = acr_json_str(resource, "/name"), *location = acr_json_str(resource, "/location");
	if (filter->name && (!name || strcasecmp(filter->name, name) != 0))
		return false;
	if (filter->location && (!location || !location_same(filter->location, location)))
		return false;
	if (filter->tag_name && !matches_tag(resource, filter->tag_name, filter->tag_value))
		return false;
	ACR_AUTO_FREE char *group = resource_part(acr_json_str(resource, "/id"), "resourceGroups");
	return !filter->group || (group && !strcasecmp(filter->group, group));
}

/* ---- lists ------------------------------------------------------------------------------------------------------ */

static void get_groups(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *group = store_get(request->id);
		if (group)
			reply_json(request->exchange, 200, group);
		else
			reply_error(request->exchange, 404, "ResourceGroupNotFound",
				    "Resource group '%s' could not be found.", request->name);
		return;
	}
	__attribute__((cleanup(filter_clear))) struct filter filter = {0};
	if (!read_filter(request, &filter))
		return;
	ACR_AUTO_PTR(acr_json) *all = store_list(request->id);
	struct acr_json *list = acr_json_new_array();
	for (const struct acr_json *group = acr_json_first(all); group; group = acr_json_next(group))
		if (filter_matches(&filter, group))
			acr_json_append(list, acr_json_copy(group));
	arm_reply_list(request, list);
}

/* A resource as the list shows it: no properties. */
static struct acr_json *summarize(const struct acr_json *resource, bool expanded)
{
	static const char *const members[] = {"id",   "name",     "type",     "kind", "managedBy", "sku",
					      "plan", "location", "identity", "tags", "systemData"};
	struct acr_json *summary = acr_json_new_object();
	for (size_t i = 0; i < ACR_COUNT(members); i++)
		if (acr_json_get(resource, members[i]))
			acr_json_set(summary, members[i], acr_json_copy(acr_json_get(resource, members[i])));
	if (expanded) {
		acr_json_set_str(summary, "createdTime", acr_json_str(resource, "/systemData/createdAt"));
		acr_json_set_str(summary, "changedTime", acr_json_str(resource, "/systemData/lastModifiedAt"));
		acr_json_set_str(summary, "provisioningState", acr_json_str(resource, "/properties/provisioningState"));
	}
	return summary;
}

static void get_resources(struct arm_request *request)
{
	__attribute__((cleanup(filter_clear))) struct filter filter = {0};
	if (!read_filter(request, &filter))
		return;
	ACR_AUTO_FREE char *expand = exchange_query(request->exchange, "$expand");
	ACR_AUTO_FREE char *scope = resource_up_to(request->id, request->group ? "resourceGroups" : "subscriptions");
	ACR_AUTO_PTR(acr_json) *all = store_list_type(scope, filter.type);
	struct acr_json *list = acr_json_new_array();
	for (const struct acr_json *resource = acr_json_first(all); resource; resource = acr_json_next(resource))
		/* What has no location is no tracked resource, but a part of one. */
		if (acr_json_get(resource, "location") && filter_matches(&filter, resource))
			acr_json_append(list, summarize(resource, expand != NULL));
	arm_reply_list(request, list);
}

/* ---- changing and deleting a group ------------------------------------------------------------------------------ */

static bool patch_stored(struct acr_json *group, void *user)
{
	const struct acr_json *tags = acr_json_get(user, "tags");
	if (tags)
		acr_json_set(group, "tags", acr_json_copy(tags));
	return tags != NULL;
}

static void patch_group(struct arm_request *request)
{
	store_change(request->id, patch_stored, request->body);
	get_groups(request);
}

static void head_group(struct arm_request *request)
{
	request->exchange->status = store_has(request->id) ? 204 : 404;
}

static bool mark_deleting(struct acr_json *resource, void *user)
{
	(void)user;
	acr_json_set_str(acr_json_get(resource, "properties"), "provisioningState", "Deleting");
	return true;
}

static struct acr_json *delete_group_work(void *user)
{
	ACR_AUTO_FREE char *id = user;
	ACR_AUTO_PTR(acr_json) *registries = store_list_type(id, "Microsoft.ContainerRegistry/registries");
	for (const struct acr_json *registry = acr_json_first(registries); registry; registry = acr_json_next(registry))
		arm_registry_remove(acr_json_str(registry, "/id"));
	store_delete(id);
	return NULL;
}

static void delete_group(struct arm_request *request)
{
	if (!store_change(request->id, mark_deleting, NULL)) {
		get_groups(request); /* says that there is none */
		return;
	}
	arm_reply_long(request, 202, NULL, delete_group_work, acr_strdup(request->id));
}

const struct arm_route arm_resource_routes[] = {
	{"GET", "Microsoft.Resources/subscriptions", NULL, get_subscriptions},
	{"GET", "Microsoft.Resources/tenants", NULL, get_tenants},
	{"GET", "Microsoft.Resources/locations", NULL, get_locations},
	{"GET", "Microsoft.Resources/providers", NULL, get_providers},
	{"GET", "Microsoft.ContainerRegistry", NULL, get_provider},
	{"POST", "Microsoft.ContainerRegistry", "register", get_provider},
	{"GET", "Microsoft.Resources/resourceGroups", NULL, get_groups},
	{"HEAD", "Microsoft.Resources/resourceGroups", NULL, head_group},
	{"PUT", "Microsoft.Resources/resourceGroups", NULL, put_group},
	{"PATCH", "Microsoft.Resources/resourceGroups", NULL, patch_group},
	{"DELETE", "Microsoft.Resources/resourceGroups", NULL, delete_group},
	{"GET", "Microsoft.Resources/resources", NULL, get_resources},
	{0},
};
