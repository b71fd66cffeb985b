/* What one process learns and the next may use: tokens, login servers. One file a key, mode 0600.
 *
 * A cache never makes a command fail: a file that is broken, locked or not writable counts as absent, and is told to
 * the `warn` callback at most once. */
#ifndef ACR_CACHE_H
#define ACR_CACHE_H

#include <stdint.h>
#include "clock.h"
#include "json.h"

struct acr_cache;

/* `folder` is made when the first value is put; NULL or "" gives a cache that lives in memory only. `warn` may be
 * NULL. */
struct acr_cache *acr_cache_new(const char *folder, const struct acr_clock *clock,
                                void (*warn)(void *user, const char *line), void *user);
/* Free it; what is stored stays. */
void acr_cache_free(struct acr_cache *cache);
ACR_DEFINE_FREEP(acr_cache)

/* The value stored under `kind` ("registry-access", …) and `key` (any text; it is hashed, never stored), as long as
 * it lives `margin` seconds longer than now; NULL otherwise. The caller owns it. */
struct acr_json *acr_cache_get(struct acr_cache *cache, const char *kind, const char *key, int margin);
/* Store a copy of `value` until `expires_on` (seconds since 1970). */
void acr_cache_put(struct acr_cache *cache, const char *kind, const char *key, const struct acr_json *value,
                   int64_t expires_on);
/* Forget the value, here and in the folder. */
void acr_cache_drop(struct acr_cache *cache, const char *kind, const char *key);
/* All values of a kind that are stored and good for now: an array, in no order, that the caller owns. */
struct acr_json *acr_cache_list(struct acr_cache *cache, const char *kind);
/* Drop all values of a kind. */
void acr_cache_clear(struct acr_cache *cache, const char *kind);
/* One process at a time makes the value: lock, look again, make and put, unlock. Returns a handle for
 * acr_cache_unlock(), negative when there is nothing to lock or waiting took over 30 s; then go on without. */
int acr_cache_lock(struct acr_cache *cache, const char *kind, const char *key);
/* Let the next one in; a negative `lock` does nothing. */
void acr_cache_unlock(int lock);

#endif
