/* The registries that are served. */
#include "registry.h"

#include <errno.h>
#include <ftw.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_FOLDERS 16

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct registry *registries;

static char *lower_name(const char *id)
{
	const char *slash = strrchr(id, '/');
	char *name = acr_strdup(slash ? slash + 1 : id);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

static char *folder_of(const char *id)
{
	ACR_AUTO_FREE char *name = lower_name(id);
	return acr_format("%s/registries/%s", emulator.state, name);
}

struct acr_json *registry_resource(const struct registry *registry)
{
	return store_get(registry->id);
}

/* Uploads under way go on after a restart, for docker-registry signs their state with this. */
static char *process_secret(const char *name)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_buf_add(&text, emulator.signing_key, sizeof(emulator.signing_key));
	acr_buf_puts(&text, name);
	char digest[65];
	acr_sha256_hex(text.data, text.length, digest);
	return acr_strdup(digest);
}

static void registry_free(struct registry *registry)
{
	listener_stop(registry->listener); /* waits for the requests that use what is freed below */
	process_free(registry->process);
	acr_json_free(registry->repositories);
	pthread_mutex_destroy(&registry->lock);
	pthread_mutex_destroy(&registry->writing);
	free(registry->folder);
	free(registry->login_server);
	free(registry->name);
	free(registry->id);
	free(registry);
}

static int registry_open(struct registry *registry, int port, struct acr_error *error)
{
	int result = acr_folder_make(registry->folder, error);
	if (result < 0)
		return result;
	result = metadata_load(registry, error);
	if (result < 0)
		return result;
	ACR_AUTO_FREE char *secret = process_secret(registry->name);
	registry->process = process_new(registry->folder, secret, error);
	if (!registry->process)
		return error ? error->code : ACR_ERROR_FILE;
	struct handler handler = {.open = front_open, .answer = front_answer, .user = registry};
	registry->listener = listener_start(handler, port, error);
	if (!registry->listener)
		return error ? error->code : ACR_ERROR_NETWORK;
	return listener_port(registry->listener);
}

static struct registry **find(const char *id)
{
	struct registry **place = &registries;
	while (*place && strcasecmp((*place)->id, id) != 0)
		place = &(*place)->next;
	return place;
}

static void add(struct registry *registry)
{
	pthread_mutex_lock(&list_lock);
	registry->next = registries;
	registries = registry;
	pthread_mutex_unlock(&list_lock);
}

static struct registry *take_out(const char *id)
{
	pthread_mutex_lock(&list_lock);
	struct registry **place = find(id);
	struct registry *registry = *place;
	if (registry)
		*place = registry->next;
	pthread_mutex_unlock(&list_lock);
	return registry;
}

int registry_start(const char *id, int port, struct acr_error *error)
{
	struct acr_error own = ACR_ERROR_INIT;
	struct registry *registry = acr_alloc(sizeof(*registry));
	registry->id = acr_strdup(id);
	registry->name = lower_name(id);
	registry->folder = folder_of(id);
	pthread_mutex_init(&registry->lock, NULL);
	pthread_mutex_init(&registry->writing, NULL);
	/* Requests wait for the login server's name, which is known with the port: see front_open(). */
	pthread_mutex_lock(&registry->lock);
	int result = registry_open(registry, port, &own);
	if (result > 0)
		registry->login_server = acr_format("localhost:%d", result);
	pthread_mutex_unlock(&registry->lock);
	if (result < 0) {
		registry_free(registry);
		acr_error_prefix(&own, "cannot serve the registry '%s'", id);
		return acr_error_move(error, &own);
	}
	add(registry);
	return result;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void purge_folder(const char *id)
{
	ACR_AUTO_FREE char *folder = folder_of(id);
	if (nftw(folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		fprintf(stderr, "acr-emulator: cannot delete '%s': %s\n", folder, strerror(errno));
}

void registry_stop(const char *id, bool purge)
{
	struct registry *registry = take_out(id);
	if (registry)
		registry_free(registry);
	if (purge)
		purge_folder(id);
}

uint64_t registry_size(const char *id)
{
	uint64_t size = 0;
	pthread_mutex_lock(&list_lock);
	struct registry *registry = *find(id);
	if (registry) {
		pthread_mutex_lock(&registry->lock);
		size = metadata_size(registry);
		pthread_mutex_unlock(&registry->lock);
	}
	pthread_mutex_unlock(&list_lock);
	return size;
}

bool registry_has_tag(const char *id, const char *repository, const char *tag)
{
	bool found = false;
	pthread_mutex_lock(&list_lock);
	struct registry *registry = *find(id);
	if (registry) {
		pthread_mutex_lock(&registry->lock);
		found = metadata_tag(metadata_repository(registry, repository), tag) != NULL;
		pthread_mutex_unlock(&registry->lock);
	}
	pthread_mutex_unlock(&list_lock);
	return found;
}

void registry_each(void (*visit)(struct registry *registry, void *user), void *user)
{
	pthread_mutex_lock(&list_lock);
	for (struct registry *registry = registries; registry; registry = registry->next)
		visit(registry, user);
	pthread_mutex_unlock(&list_lock);
}

void registry_stop_all(void)
{
	for (;;) {
		pthread_mutex_lock(&list_lock);
		struct registry *registry = registries;
		if (registry)
			registries = registry->next;
		pthread_mutex_unlock(&list_lock);
		if (!registry)
			return;
		registry_free(registry);
	}
}
