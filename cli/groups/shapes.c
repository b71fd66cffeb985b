/* Table columns that several commands share. */
#include "shapes.h"

const struct column registry_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "RESOURCE GROUP", .path = "resourceGroup"},
	{.header = "LOCATION", .path = "location"},
	{.header = "SKU", .path = "sku.name"},
	{.header = "LOGIN SERVER", .path = "loginServer"},
	{.header = "CREATION DATE", .path = "creationDate", .format = cell_time},
	{.header = "ADMIN ENABLED", .path = "adminUserEnabled"},
	{0},
};

const struct column run_columns[] = {
	{.header = "RUN ID", .path = "runId"},
	{.header = "TASK", .path = "task"},
	{.header = "PLATFORM", .path = "platform.os"},
	{.header = "STATUS", .path = "status"},
	{.header = "TRIGGER", .path = "@", .format = cell_trigger},
	{.header = "STARTED", .path = "startTime", .format = cell_time},
	{.header = "DURATION", .path = "[startTime, finishTime]", .format = cell_duration},
	{0},
};

const struct column replication_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "LOCATION", .path = "location"},
	{.header = "PROVISIONING STATE", .path = "provisioningState"},
	{.header = "STATUS", .path = "status.displayStatus"},
	{.header = "REGION ENDPOINT ENABLED", .path = "regionEndpointEnabled"},
	{0},
};

const struct column credential_columns[] = {
	{.header = "USERNAME", .path = "username"},
	{.header = "PASSWORD", .path = "passwords[0].value"},
	{.header = "PASSWORD2", .path = "passwords[1].value"},
	{0},
};

const struct column usage_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "LIMIT", .path = "limit"},
	{.header = "CURRENT VALUE", .path = "currentValue"},
	{.header = "UNIT", .path = "unit"},
	{0},
};

const struct column webhook_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "LOCATION", .path = "location"},
	{.header = "ACTIONS", .path = "actions", .format = cell_python},
	{.header = "SCOPE", .path = "scope"},
	{.header = "STATUS", .path = "status"},
	{0},
};

#define MESSAGE "eventRequestMessage.content."
const struct column webhook_event_columns[] = {
	{.header = "ID", .path = "id"},
	{.header = "ACTION", .path = MESSAGE "action"},
	{.header = "IMAGE", .path = "join(':', not_null(" MESSAGE "target.[repository, tag][?@], `[]`))"},
	{.header = "HTTP STATUS",
	 .path = "join(' ', not_null(eventResponseMessage.[statusCode, reasonPhrase][?@], `[]`))"},
	{.header = "TIMESTAMP", .path = MESSAGE "timestamp", .format = cell_time},
	{0},
};

const struct column scope_map_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "TYPE", .path = "scopeMapType"}, /* never there, as with az */
	{.header = "CREATION DATE", .path = "creationDate", .format = cell_time},
	{.header = "DESCRIPTION", .path = "description", .format = cell_short},
	{0},
};

const struct column token_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "SCOPE MAP", .path = "scopeMapId", .format = cell_last_segment},
	{.header = "PASSWORD1 EXPIRY",
	 .path = "credentials.passwords[?name=='password1'] | [0]",
	 .format = cell_expiry},
	{.header = "PASSWORD2 EXPIRY",
	 .path = "credentials.passwords[?name=='password2'] | [0]",
	 .format = cell_expiry},
	{.header = "STATUS", .path = "status", .format = cell_title},
	{.header = "PROVISIONING STATE", .path = "provisioningState"},
	{.header = "CREATION DATE", .path = "creationDate", .format = cell_time},
	{0},
};

/* A password that was not made has no columns: an empty list is no cell. */
#define PASSWORD(number)                                                                                               \
	{.header = "PASSWORD" number, .path = "passwords[?name=='password" number "'].value"},                         \
	{                                                                                                              \
		.header = "PASSWORD" number " EXPIRY", .path = "passwords[?name=='password" number "']",               \
		.format = cell_expiry                                                                                  \
	}
const struct column token_credential_columns[] = {
	{.header = "USERNAME", .path = "username"}, PASSWORD("1"), PASSWORD("2"), {0}};

const struct column agentpool_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "COUNT", .path = "count"},
	{.header = "TIER", .path = "tier"},
	{.header = "STATE", .path = "provisioningState"},
	{.header = "VNET", .path = "virtualNetworkSubnetResourceId"},
	{.header = "OS", .path = "os"},
	{0},
};

const struct column endpoint_columns[] = {
	{.header = "LoginServer", .path = "loginServer"},
	{.header = "Region", .path = "dataEndpoints[].region"},
	{.header = "Endpoint", .path = "dataEndpoints[].endpoint"},
	{0},
};
