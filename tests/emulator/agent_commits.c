/* Commits and pull requests that start tasks.
 *
 * The service has GitHub call it. Here whoever likes can: POST /github/events on the main port takes what GitHub sends
 * (X-GitHub-Event: push, pull_request, ping), either with a token of management or signed as GitHub signs it
 * (X-Hub-Signature-256) with the access token of the task's trigger as secret. Repositories on this machine, by file or
 * from a local server, are looked at every few seconds instead, so that a plain "git push" is enough. */
#include "agent.h"
#include "arm_registry.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define EVENTS_PATH "/github/events"
#define SIGNATURE "sha256="
#define DEFAULT_BRANCH "master"
#define WATCH_INTERVAL_MS 5000
#define STOP_INTERVAL_MS 200
#define LOOK_LIMIT_MS 10000
#define ANSWER_MAX ((size_t)64 << 10)

/* What happened to a repository. */
struct event {
	const char *kind;   /* as a trigger names it: "commit", "pullrequest" */
	const char *name;   /* as GitHub names it: "push", "pull_request" */
	const char *branch; /* pushed to, or to be merged into */
	const char *commit;
	char *pull_request;               /* its number; NULL */
	const struct acr_json *addresses; /* values that are texts are its addresses */
	const char *signature;            /* hexadecimal; NULL = a token of management was shown */
	const struct acr_buf *body;       /* that was signed */
};

/* ---- repositories ------------------------------------------------------------------------------------------- */

/* "https://user@github.com/o/r.git#main:dir", "git@github.com:o/r" as "github.com/o/r"; yours to free(). */
static char *repository_key(const char *address)
{
	const char *scheme = strstr(address, "://");
	const char *start = scheme ? scheme + 3 : address, *at = strpbrk(start, "@/#");
	if (at && *at == '@')
		start = at + 1;
	ACR_AUTO_FREE char *key = acr_strndup(start, strcspn(start, "#"));
	size_t length = strlen(key);
	while (length && key[length - 1] == '/')
		key[--length] = '\0';
	if (length > 4 && !strcasecmp(key + length - 4, ".git"))
		key[length - 4] = '\0';
	char *colon = scheme ? NULL : strchr(key, ':');
	if (colon)
		*colon = '/';
	return TAKE(key);
}

static bool is_same_repository(const char *a, const char *b)
{
	ACR_AUTO_FREE char *first = repository_key(a);
	ACR_AUTO_FREE char *second = repository_key(b);
	return !strcasecmp(first, second);
}

static bool has_address(const struct event *event, const char *address)
{
	for (const struct acr_json *item = acr_json_first(event->addresses); item; item = acr_json_next(item))
		if (acr_json_string(item) && is_same_repository(acr_json_string(item), address))
			return true;
	return false;
}

/* One that needs no network, and so can be looked at. */
static bool is_local(const char *address)
{
	static const char *const starts[] = {"file://",          "http://localhost",  "https://localhost",
					     "http://127.0.0.1", "https://127.0.0.1", "http://[::1]",
					     "https://[::1]"};
	for (size_t i = 0; i < ACR_COUNT(starts); i++) {
		size_t length = strlen(starts[i]);
		if (!strncasecmp(address, starts[i], length) && (!i || strchr(":/", address[length])))
			return true;
	}
	return false;
}

/* ---- triggers ----------------------------------------------------------------------------------------------- */

static bool wants(const struct acr_json *trigger, const char *kind)
{
	const struct acr_json *kinds = acr_json_get(trigger, "sourceTriggerEvents");
	const char *status = acr_json_str(trigger, "/status");
	if (status && strcasecmp(status, "Enabled") != 0)
		return false;
	for (const struct acr_json *item = acr_json_first(kinds); item; item = acr_json_next(item))
		if (acr_json_string(item) && !strcasecmp(acr_json_string(item), kind))
			return true;
	return false;
}

static bool is_signed(const struct acr_json *trigger, const struct event *event)
{
	const char *secret = acr_json_str(trigger, "/sourceRepository/sourceControlAuthProperties/token");
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = sizeof(digest);
	if (!event->signature)
		return true;
	if (!secret || !*secret ||
	    !HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)acr_buf_str(event->body),
		  event->body->length, digest, &size))
		return false;
	ACR_AUTO(acr_buf) wanted = ACR_BUF_INIT;
	for (unsigned i = 0; i < size; i++)
		acr_buf_printf(&wanted, "%02x", digest[i]);
	return strlen(event->signature) == wanted.length &&
	       CRYPTO_memcmp(event->signature, acr_buf_str(&wanted), wanted.length) == 0;
}

static bool is_about(const struct acr_json *trigger, const struct event *event)
{
	const char *address = acr_json_str(trigger, "/sourceRepository/repositoryUrl");
	const char *branch = acr_json_str(trigger, "/sourceRepository/branch");
	return wants(trigger, event->kind) && address && has_address(event, address) &&
	       !strcmp(branch && *branch ? branch : DEFAULT_BRANCH, event->branch);
}

static struct acr_json *cause_of(const struct acr_json *trigger, const struct event *event)
{
	char id[37];
	acr_uuid(id);
	const char *provider = acr_json_str(trigger, "/sourceRepository/sourceControlType");
	struct acr_json *cause =
		json_build("{'sourceTrigger':{'id':%s,'eventType':%s,'commitId':%s,'branchName':%s,"
			   "'repositoryUrl':%s,'providerType':%s}}",
			   id, event->name, event->commit, event->branch,
			   acr_json_str(trigger, "/sourceRepository/repositoryUrl"), provider ? provider : "Github");
	if (event->pull_request)
		acr_json_set_str(acr_json_get(cause, "sourceTrigger"), "pullRequestId", event->pull_request);
	return cause;
}

/* The context of the run is the commit, not what the branch has become since: "URL#commit:dir". */
static void pin_commit(struct acr_json *request, const struct acr_json *trigger, const struct event *event)
{
	const char *location = acr_json_str(request, "/sourceLocation");
	const char *address = acr_json_str(trigger, "/sourceRepository/repositoryUrl");
	if (!location || !*event->commit || !is_same_repository(location, address))
		return;
	const char *fragment = strchr(location, '#'), *folder = fragment ? strchr(fragment, ':') : NULL;
	ACR_AUTO_FREE char *pinned =
		acr_format("%.*s#%s%s", (int)strcspn(location, "#"), location, event->commit, folder ? folder : "");
	acr_json_set_str(request, "sourceLocation", pinned);
}

/* The name of the run, yours to free(); NULL when there is none. */
static char *start_task(const struct acr_json *task, const struct acr_json *trigger, const struct event *event)
{
	ACR_AUTO_PTR(acr_json) *request = triggers_request(task);
	if (!request)
		return NULL;
	pin_commit(request, trigger, event);
	ACR_AUTO_PTR(acr_json) *run = triggers_start_task(task, request, cause_of(trigger, event));
	return acr_strdup(acr_json_str(run, "/name"));
}

/* Start what the event is to start, one run a task. */
static struct acr_json *start_tasks(const struct event *event)
{
	struct acr_json *started = acr_json_new_array();
	ACR_AUTO_PTR(acr_json) *tasks = triggers_tasks();
	for (const struct acr_json *task = acr_json_first(tasks); task; task = acr_json_next(task)) {
		const struct acr_json *triggers = acr_json_at(task, "/properties/trigger/sourceTriggers");
		const struct acr_json *trigger = acr_json_first(triggers);
		while (trigger && !(is_about(trigger, event) && is_signed(trigger, event)))
			trigger = acr_json_next(trigger);
		ACR_AUTO_FREE char *run = trigger ? start_task(task, trigger, event) : NULL;
		if (run)
			acr_json_append(started, json_build("{'task':%s,'runId':%s}", acr_json_str(task, "/id"), run));
	}
	return started;
}

/* ---- POST /github/events ------------------------------------------------------------------------------------ */

bool commits_concern(const struct exchange *exchange)
{
	return !strcmp(exchange->path, EVENTS_PATH);
}

bool commits_are_signed(const struct exchange *exchange)
{
	return exchange_header(exchange, "X-Hub-Signature-256") != NULL;
}

static const char *signature_of(const struct exchange *exchange)
{
	const char *header = exchange_header(exchange, "X-Hub-Signature-256");
	return header && !strncmp(header, SIGNATURE, strlen(SIGNATURE)) ? header + strlen(SIGNATURE) : header;
}

/* False when it is none that starts anything: a branch that was deleted, a tag, a label on a pull request. */
static bool read_event(const char *name, const struct acr_json *body, struct event *event)
{
	static const char branches[] = "refs/heads/";
	if (!strcmp(name, "push")) {
		const char *reference = acr_json_str(body, "/ref");
		event->kind = "commit";
		event->commit = acr_json_str(body, "/after");
		if (!reference || strncmp(reference, branches, strlen(branches)) != 0 ||
		    acr_json_true(body, "/deleted"))
			return false;
		event->branch = reference + strlen(branches);
	} else if (!strcmp(name, "pull_request")) {
		const char *action = acr_json_str(body, "/action");
		event->kind = "pullrequest";
		event->commit = acr_json_str(body, "/pull_request/head/sha");
		event->branch = acr_json_str(body, "/pull_request/base/ref");
		if (!action ||
		    (strcmp(action, "opened") && strcmp(action, "reopened") && strcmp(action, "synchronize")))
			return false;
		event->pull_request = acr_format(
			"%.0f", acr_json_num(body, "/pull_request/number", acr_json_num(body, "/number", 0)));
	} else {
		return false;
	}
	event->name = name;
	event->addresses = acr_json_get(body, "repository");
	return event->commit && event->branch;
}

void commits_answer(struct exchange *exchange)
{
	const char *name = exchange_header(exchange, "X-GitHub-Event");
	ACR_AUTO_PTR(acr_json) *body = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (strcmp(exchange->method, "POST") != 0) {
		reply_error(exchange, 405, "MethodNotAllowed", "Events of GitHub come with POST.");
		return;
	}
	if (!name || acr_json_parse(acr_buf_str(&exchange->body), exchange->body.length, &body, &error) < 0) {
		reply_error(exchange, 400, "InvalidEvent",
			    "An event of GitHub has a header field X-GitHub-Event (push, pull_request) and a body of "
			    "JSON.");
		return;
	}
	struct event event = {.signature = signature_of(exchange), .body = &exchange->body};
	bool starts = read_event(name, body, &event);
	struct acr_json *started = starts ? start_tasks(&event) : acr_json_new_array();
	free(event.pull_request);
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "started", started);
	reply_json(exchange, 200, reply);
}

/* ---- looking at repositories of this machine ----------------------------------------------------------------- */

/* The commit of a branch now; NULL when it cannot be told. Yours to free(). */
static char *look(const char *address, const char *branch)
{
	ACR_AUTO(acr_buf) answer = ACR_BUF_INIT_MAX(ANSWER_MAX);
	ACR_AUTO(acr_buf) complaints = ACR_BUF_INIT_MAX(ANSWER_MAX);
	struct child child = {.capture = &answer,
			      .complaints = &complaints,
			      .deadline = ticks() + LOOK_LIMIT_MS,
			      .stop = &agent_stopping};
	words_add(&child.arguments, "git");
	words_add(&child.arguments, "ls-remote");
	words_add(&child.arguments, "--");
	words_addf(&child.arguments, "%.*s", (int)strcspn(address, "#"), address);
	words_addf(&child.arguments, "refs/heads/%s", branch);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int result = child_run_quietly(&child, &error);
	child_clear(&child);
	size_t length = strspn(acr_buf_str(&answer), "0123456789abcdef");
	return result == 0 && length ? acr_strndup(acr_buf_str(&answer), length) : NULL;
}

/* Compare what is known of the branch of a trigger with what is there. What is seen first starts nothing. */
static void watch_trigger(const struct acr_json *task, const struct acr_json *trigger, struct acr_json *known)
{
	const char *address = acr_json_str(trigger, "/sourceRepository/repositoryUrl");
	const char *branch = acr_json_str(trigger, "/sourceRepository/branch");
	if (!address || !is_local(address) || !wants(trigger, "commit"))
		return;
	branch = branch && *branch ? branch : DEFAULT_BRANCH;
	ACR_AUTO_FREE char *commit = look(address, branch);
	ACR_AUTO_FREE char *key = acr_format("%s %s", address, branch);
	const char *before = acr_json_string(acr_json_get(known, key));
	bool is_news = commit && before && strcmp(before, commit) != 0;
	if (!before || is_news)
		acr_json_set_str(known, key, commit ? commit : "");
	if (is_news) {
		const struct event event = {.kind = "commit", .name = "push", .branch = branch, .commit = commit};
		free(start_task(task, trigger, &event));
	}
}

void commits_watch(const struct acr_json *task)
{
	static pthread_mutex_t watching = PTHREAD_MUTEX_INITIALIZER;
	const struct acr_json *triggers = acr_json_at(task, "/properties/trigger/sourceTriggers");
	if (!acr_json_size(triggers))
		return;
	pthread_mutex_lock(&watching);
	ACR_AUTO_FREE char *name = store_private_name("commits", acr_json_str(task, "/id"));
	const char *created = acr_json_str(task, "/properties/creationDate");
	ACR_AUTO_PTR(acr_json) *document = store_private_get(name);
	const char *of = acr_json_str(document, "/created");
	if (!of || !created || strcmp(of, created) != 0) {
		acr_json_free(document);
		document = json_build("{'created':%s,'known':{}}", created);
	}
	ACR_AUTO_PTR(acr_json) *before = acr_json_copy(document);
	for (const struct acr_json *trigger = acr_json_first(triggers); trigger; trigger = acr_json_next(trigger))
		watch_trigger(task, trigger, acr_json_get(document, "known"));
	if (!acr_json_equal(before, document))
		store_private_put(name, document);
	pthread_mutex_unlock(&watching);
}

/* ---- the thread that does so --------------------------------------------------------------------------------- */

static pthread_t thread;
static bool runs;

static void *watch(void *user)
{
	(void)user;
	const struct timespec slice = {.tv_nsec = STOP_INTERVAL_MS * 1000000L};
	for (int64_t next = ticks(); !atomic_load(&agent_stopping); nanosleep(&slice, NULL)) {
		if (ticks() < next)
			continue;
		ACR_AUTO_PTR(acr_json) *tasks = triggers_tasks();
		for (const struct acr_json *task = acr_json_first(tasks); task; task = acr_json_next(task))
			commits_watch(task);
		next = ticks() + WATCH_INTERVAL_MS;
	}
	return NULL;
}

int commits_start(struct acr_error *error)
{
	int failure = pthread_create(&thread, NULL, watch, NULL);
	if (failure)
		return acr_fail_errno(error, failure, "cannot start a thread that looks for commits");
	runs = true;
	return 0;
}

void commits_stop(void)
{
	if (runs)
		pthread_join(thread, NULL);
	runs = false;
}
