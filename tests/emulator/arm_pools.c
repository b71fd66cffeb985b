/* Agent pools: resources that a run may name. The machine that runs everything is the same. */
#include "arm_locations.h"
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

static const char *const tiers[] = {"S1", "S2", "S3", "I6"};

static const char *find_tier(const char *text)
{
	for (size_t i = 0; i < ACR_COUNT(tiers); i++)
		if (!strcasecmp(tiers[i], text))
			return tiers[i];
	return NULL;
}

static bool apply_count(struct arm_request *request, struct acr_json *properties)
{
	const struct acr_json *given = acr_json_at(request->body, "/properties/count");
	double count = acr_json_num(request->body, "/properties/count", -1);
	if (acr_json_is_nothing(given) && acr_json_get(properties, "count"))
		return true;
	if (acr_json_is_nothing(given))
		count = 1;
	if (count < 0 || count > 100000 || count != (double)(int)count)
		return part_refuse(request, 400, "InvalidAgentPoolCount",
				   "The count of the agent pool '%s' must be a whole number from 0 on.", request->name);
	acr_json_set_num(properties, "count", count);
	return true;
}

/* What is set when the pool is made. */
static bool apply_kind(struct arm_request *request, struct acr_json *properties)
{
	const struct acr_json *given = acr_json_get(request->body, "properties");
	const char *tier = acr_json_str(given, "/tier"), *system = acr_json_str(given, "/os");
	const char *subnet = acr_json_str(given, "/virtualNetworkSubnetResourceId");
	if (!find_tier(tier ? tier : "S1"))
		return part_refuse(request, 400, "InvalidAgentPoolTier",
				   "The tier '%s' of the agent pool '%s' is not valid. Tiers are S1, S2, S3 and I6.",
				   tier, request->name);
	if (system && strcasecmp(system, "Linux") != 0)
		return part_refuse(request, 400, "InvalidAgentPoolOS",
				   "The operating system '%s' of the agent pool '%s' is not supported; it is Linux.",
				   system, request->name);
	if (subnet && !strcasestr(subnet, "/subnets/"))
		return part_refuse(request, 400, "InvalidSubnet", "'%s' is not the resource id of a subnet.", subnet);
	acr_json_set_str(properties, "tier", find_tier(tier ? tier : "S1"));
	acr_json_set_str(properties, "os", "Linux");
	if (subnet)
		acr_json_set_str(properties, "virtualNetworkSubnetResourceId", subnet);
	return true;
}

static bool apply_location(struct arm_request *request, struct acr_json *pool)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	const char *home = acr_json_str(registry, "/location"), *given = acr_json_str(request->body, "/location");
	if (given && !location_same(given, home))
		return part_refuse(request, 400, "InvalidAgentPoolLocation",
				   "The agent pool '%s' must be in the location of its registry, '%s'.", request->name,
				   home);
	acr_json_set_str(pool, "location", home);
	return true;
}

void pool_put(struct arm_request *request)
{
	bool patch = !strcmp(request->exchange->method, "PATCH");
	if (!request->name || (patch && !store_has(request->id))) {
		arm_generic(request); /* says what is wrong */
		return;
	}
	ACR_AUTO_PTR(acr_json) *pool = part_open(request);
	struct acr_json *properties = acr_json_get(pool, "properties");
	const struct acr_json *tags = acr_json_get(request->body, "tags");
	if (!part_check_premium(request, "agent pool") || !part_check_name(request, 3, 20, true) ||
	    !apply_count(request, properties) ||
	    (!patch && (!apply_kind(request, properties) || !apply_location(request, pool))))
		return;
	if (!acr_json_is_nothing(tags))
		acr_json_set(pool, "tags", acr_json_copy(tags));
	part_reply(request, pool, false);
}

void pool_delete(struct arm_request *request)
{
	part_delete(request, false);
}

void pool_queue(struct arm_request *request)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/runs", request->registry);
	ACR_AUTO_PTR(acr_json) *runs = store_list(collection);
	int count = 0;
	for (const struct acr_json *run = acr_json_first(runs); run; run = acr_json_next(run)) {
		const char *pool = acr_json_str(run, "/properties/agentPoolName");
		const char *status = acr_json_str(run, "/properties/status");
		count += pool && !strcasecmp(pool, request->name) && status && !strcmp(status, "Queued");
	}
	reply_json(request->exchange, 200, json_build("{'count':%d}", count));
}
