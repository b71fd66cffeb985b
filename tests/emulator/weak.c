/* Stand-ins for parts of the emulator that are not there yet. */
#include "emulator.h"

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
