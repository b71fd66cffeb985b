/* The lock that MSAL's extensions hold while they change a cache file. */
#ifndef AUTH_MSAL_LOCK_H
#define AUTH_MSAL_LOCK_H

#include <acr/clock.h>

/* Lock `path` ("….json.lockfile"). Returns a descriptor for msal_unlock() or a negative code. */
int msal_lock(const char *path, const struct acr_clock *clock, struct acr_error *error) ACR_MUST_CHECK;
void msal_unlock(const char *path, int lock);

#endif
