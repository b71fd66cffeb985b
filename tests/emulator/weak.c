/* Stand-ins for parts of the emulator that are not there yet. */
#include "emulator.h"
#include "arm_registry.h"

#define WEAK __attribute__((weak))

WEAK const struct arm_route agent_routes[] = {{0}};

WEAK void blob_open(void *user, struct exchange *exchange)
{
	(void)user;
	(void)exchange;
}

WEAK void blob_answer(void *user, struct exchange *exchange)
{
	(void)user;
	reply_error(exchange, 404, "ResourceNotFound", "There are no blobs yet.");
}

WEAK int agent_start(struct acr_error *error)
{
	(void)error;
	return 0;
}

WEAK void agent_stop(void)
{
}

WEAK bool token_password_valid(const char *id, const char *username, const char *password, struct acr_json **scopes)
{
	(void)id;
	(void)username;
	(void)password;
	(void)scopes;
	return false;
}
