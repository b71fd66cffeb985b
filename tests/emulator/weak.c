/* Stand-ins for parts of the emulator that are not there yet. */
#include "emulator.h"

#define WEAK __attribute__((weak))

WEAK const struct arm_route agent_routes[] = {{0}};
WEAK const struct arm_route arm_registry_routes[] = {{0}};
WEAK const struct arm_route arm_resource_routes[] = {{0}};
WEAK bool arm_answer_public(struct exchange *e)
{
	(void)e;
	return false;
}
WEAK void arm_generic(struct arm_request *r)
{
	arm_not_found(r);
}
WEAK void arm_not_found(struct arm_request *r)
{
	reply_error(r->exchange, 404, "ResourceNotFound", "%s", r->id);
}
WEAK int arm_registries_start(struct acr_error *e)
{
	(void)e;
	return 0;
}
WEAK void arm_registry_remove(const char *id) { store_delete(id); }
WEAK bool registry_password_valid(const char *id, const char *u, const char *p, struct acr_json **s)
{
	(void)id;
	(void)u;
	(void)p;
	(void)s;
	return false;
}
WEAK bool signin_concerns(const struct exchange *e)
{
	(void)e;
	return false;
}
WEAK void signin_answer(struct exchange *e)
{
	(void)e;
}

WEAK int registry_start(const char *id, int port, struct acr_error *e)
{
	(void)id;
	(void)port;
	(void)e;
	return 4433;
}
WEAK void registry_stop(const char *id, bool purge)
{
	(void)id;
	(void)purge;
}
WEAK uint64_t registry_size(const char *id)
{
	(void)id;
	return 0;
}
WEAK void registry_stop_all(void)
{
}
WEAK void blob_open(void *user, struct exchange *e)
{
	(void)user;
	(void)e;
}
WEAK void blob_answer(void *user, struct exchange *e)
{
	(void)user;
	reply_error(e, 404, "ResourceNotFound", "no blobs yet");
}
WEAK int agent_start(struct acr_error *e)
{
	(void)e;
	return 0;
}
WEAK void agent_stop(void)
{
}
