/* acr-emulator: options, the files of its state, start and stop. */
#include "certificates.h"
#include "emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define IDENTITY "identity" /* the private document with port, ids and keys */

struct emulator emulator = {.token_lifetime = 3600, .timer_minute = 60};

static const char usage[] =
	"Usage: acr-emulator --state DIR [OPTION…]\n"
	"An Azure Container Registry on this machine: sign-in, management, registries and builds.\n"
	"\n"
	"Stays in the foreground and prints a line \"ready …\" when it serves. Then, in a shell:\n"
	"    . DIR/env && acr create -n NAME -g GROUP --sku Standard\n"
	"\n"
	"  --state DIR               keep everything in this folder (made when absent)\n"
	"  --port N                  serve sign-in and management on this port (default: the one of the last time)\n"
	"  --token-lifetime SECONDS  life of the Azure tokens that sign-in issues (default 3600)\n"
	"  --latency MS              wait this long before each answer (default 0)\n"
	"  --timer-minute SECONDS    let a minute of the clock of task timers last this long (default 60)\n"
	"  --verbose                 a line on stderr for each request\n"
	"  -h, --help                this text\n";

struct settings {
	const char *state;
	int port; /* 0: that of the last time, or a free one */
};

/* ---- small services ------------------------------------------------------------------------------------------- */

int64_t now_seconds(void)
{
	return (int64_t)time(NULL);
}

char *now_text(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	ACR_AUTO_FREE char *seconds = acr_time_text(now.tv_sec);
	/* Azure counts in units of 100 ns. */
	return acr_format("%.19s.%07ld+00:00", seconds, now.tv_nsec / 100);
}

void note(const char *format, ...)
{
	if (!emulator.verbose)
		return;
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	va_end(args);
	ACR_AUTO_FREE char *now = now_text();
	fprintf(stderr, "%.23s %s\n", now, text);
}

/* ---- options -------------------------------------------------------------------------------------------------- */

static bool parse_number(const char *option, const char *text, long minimum, long maximum, int *ret)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < minimum || value > maximum) {
		fprintf(stderr, "acr-emulator: --%s needs a number from %ld to %ld, not '%s'\n", option, minimum,
			maximum, text);
		return false;
	}
	*ret = (int)value;
	return true;
}

/* The exit status, negative to go on. */
static int parse_options(int argc, char **argv, struct settings *settings)
{
	enum { STATE = 256, PORT, TOKEN_LIFETIME, LATENCY, TIMER_MINUTE, VERBOSE };
	static const struct option options[] = {
		{"state", required_argument, NULL, STATE},
		{"port", required_argument, NULL, PORT},
		{"token-lifetime", required_argument, NULL, TOKEN_LIFETIME},
		{"latency", required_argument, NULL, LATENCY},
		{"timer-minute", required_argument, NULL, TIMER_MINUTE},
		{"verbose", no_argument, NULL, VERBOSE},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option, index = 0;
	while ((option = getopt_long(argc, argv, "h", options, &index)) != -1) {
		bool good = true;
		switch (option) {
		case STATE:
			settings->state = optarg;
			break;
		case PORT:
			good = parse_number("port", optarg, 1, 65535, &settings->port);
			break;
		case TOKEN_LIFETIME:
			good = parse_number("token-lifetime", optarg, 1, 86400, &emulator.token_lifetime);
			break;
		case LATENCY:
			good = parse_number("latency", optarg, 0, 60000, &emulator.latency_ms);
			break;
		case TIMER_MINUTE:
			good = parse_number("timer-minute", optarg, 1, 60, &emulator.timer_minute);
			break;
		case VERBOSE:
			emulator.verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
		default:
			good = false; /* getopt_long() has said why */
		}
		if (!good)
			return EXIT_USAGE;
	}
	if (settings->state && optind == argc)
		return -1;
	if (optind < argc)
		fprintf(stderr, "acr-emulator: unexpected argument '%s'; see --help\n", argv[optind]);
	else
		fputs("acr-emulator: --state DIR is missing; see --help\n", stderr);
	return EXIT_USAGE;
}

/* ---- the state folder ----------------------------------------------------------------------------------------- */

/* The real path, for it goes into the environment of programs that run elsewhere. */
static int open_state(const char *folder, int *lock, struct acr_error *error)
{
	int result = acr_folder_make(folder, error);
	if (result < 0)
		return result;
	char *state = realpath(folder, NULL);
	if (!state)
		return acr_fail_errno(error, errno, "cannot use '%s'", folder);
	emulator.state = state;
	ACR_AUTO_FREE char *lock_path = acr_path_join(state, "lock");
	result = acr_file_lock(lock_path, 0, error);
	if (result == ACR_ERROR_TIMEOUT)
		return acr_fail(error, ACR_ERROR_FILE,
				"another emulator uses '%s'; stop it, or give this one a --state folder of its own",
				state);
	if (result < 0)
		return result;
	*lock = result;
	return 0;
}

static int make_certificates(struct acr_error *error)
{
	ACR_AUTO_FREE char *folder = acr_path_join(emulator.state, "tls");
	int result = acr_folder_make(folder, error);
	if (result < 0)
		return result;
	ACR_AUTO_FREE char *authority_key = acr_path_join(folder, "ca.key");
	emulator.ca_file = acr_path_join(folder, "ca.pem");
	emulator.bundle_file = acr_path_join(folder, "bundle.pem");
	emulator.certificate_file = acr_path_join(folder, "server.pem");
	emulator.key_file = acr_path_join(folder, "server.key");
	return certificates_ensure(
		&(struct certificate_paths){
			.authority = emulator.ca_file,
			.authority_key = authority_key,
			.server = emulator.certificate_file,
			.server_key = emulator.key_file,
			.bundle = emulator.bundle_file,
		},
		error);
}

static struct acr_json *new_identity(void)
{
	unsigned char bytes[sizeof(emulator.signing_key)];
	char subscription[37], client[37];
	ACR_AUTO(acr_buf) key = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) secret = ACR_BUF_INIT;
	acr_uuid(subscription);
	acr_uuid(client);
	acr_random(bytes, sizeof(bytes));
	acr_base64url_encode(bytes, sizeof(bytes), &key);
	acr_random(bytes, sizeof(bytes));
	acr_buf_putc(&secret, 'e'); /* a secret that begins with "-" would look like an option */
	acr_base64url_encode(bytes, sizeof(bytes), &secret);
	return json_build("{'subscriptionId':%s,'tenantId':'adfs','clientId':%s,'clientSecret':%s,'signingKey':%s}",
			  subscription, client, acr_buf_str(&secret), acr_buf_str(&key));
}

/* Sets the ids and keys and returns the port of the last time, 0 when there is none, negative on failure. */
static int load_identity(struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *identity = store_private_get(IDENTITY);
	if (!identity) {
		identity = new_identity();
		store_private_put(IDENTITY, identity);
	}
	emulator.subscription_id = acr_strdup(acr_json_str(identity, "/subscriptionId"));
	emulator.tenant_id = acr_strdup(acr_json_str(identity, "/tenantId"));
	emulator.client_id = acr_strdup(acr_json_str(identity, "/clientId"));
	emulator.client_secret = acr_strdup(acr_json_str(identity, "/clientSecret"));
	const char *text = acr_json_str(identity, "/signingKey");
	ACR_AUTO(acr_buf) key = ACR_BUF_INIT;
	if (!emulator.subscription_id || !emulator.tenant_id || !emulator.client_id || !emulator.client_secret ||
	    !text || acr_base64_decode(text, strlen(text), &key, NULL) < 0 ||
	    key.length != sizeof(emulator.signing_key))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"'%s/private/" IDENTITY ".json' is damaged; delete '%s' to start afresh",
				emulator.state, emulator.state);
	memcpy(emulator.signing_key, key.data, key.length);
	return (int)acr_json_num(identity, "/port", 0);
}

static void remember_port(int port)
{
	ACR_AUTO_PTR(acr_json) *identity = store_private_get(IDENTITY);
	acr_json_set_num(identity, "port", port);
	store_private_put(IDENTITY, identity);
}

/* ---- the main listener ---------------------------------------------------------------------------------------- */

static bool is_blob_host(const char *host)
{
	size_t length = strcspn(host, ":");
	static const char suffix[] = ".blob.localhost";
	return length > strlen(suffix) && !strncasecmp(host + length - strlen(suffix), suffix, strlen(suffix));
}

/* Held until everything that requests rely on is there: a client may know the port from the last time. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

static void wait_for_start(void)
{
	pthread_mutex_lock(&starting);
	pthread_mutex_unlock(&starting);
}

static void open_main(void *user, struct exchange *exchange)
{
	wait_for_start();
	if (is_blob_host(exchange->host))
		blob_open(user, exchange);
}

static void answer_main(void *user, struct exchange *exchange)
{
	if (is_blob_host(exchange->host))
		blob_answer(user, exchange);
	else if (signin_concerns(exchange))
		signin_answer(exchange);
	else
		arm_answer(exchange);
}

static struct listener *listen_main(const struct settings *settings, int last_port, struct acr_error *error)
{
	struct handler handler = {.open = open_main, .answer = answer_main};
	int port = settings->port ? settings->port : last_port;
	struct listener *listener = listener_start(handler, port, error);
	if (!listener && !settings->port && last_port) {
		fprintf(stderr, "acr-emulator: %s; taking another port, read '%s/env' again\n", error->message,
			emulator.state);
		acr_error_clear(error);
		listener = listener_start(handler, 0, error);
	}
	if (!listener)
		return NULL;
	emulator.port = listener_port(listener);
	emulator.base_url = acr_format("https://localhost:%d", emulator.port);
	if (emulator.port != last_port)
		remember_port(emulator.port);
	return listener;
}

/* ---- start and stop ------------------------------------------------------------------------------------------- */

static int wake[2]; /* written by the signal handler, read by main() */

static void on_stop(int signal_number)
{
	(void)signal_number;
	int saved = errno;
	ssize_t written = write(wake[1], "", 1);
	(void)written;
	errno = saved;
}

static void on_broken_pipe(int signal_number)
{
	(void)signal_number;
}

static int catch_signals(struct acr_error *error)
{
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
		return acr_fail_errno(error, errno, "cannot make a pipe");
	fcntl(wake[0], F_SETFL, 0);
	struct sigaction stop = {.sa_handler = on_stop};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	/* A handler, unlike SIG_IGN, is not inherited by the programs that the emulator starts. */
	struct sigaction ignore = {.sa_handler = on_broken_pipe, .sa_flags = SA_RESTART};
	sigaction(SIGPIPE, &ignore, NULL);
	return 0;
}

static void wait_for_stop(void)
{
	char byte;
	while (read(wake[0], &byte, 1) < 0 && errno == EINTR)
		;
}

static int prepare(const struct settings *settings, int *lock, struct listener **listener, struct acr_error *error)
{
	int result = open_state(settings->state, lock, error);
	if (result == 0)
		result = store_open(error);
	if (result == 0)
		result = make_certificates(error);
	if (result < 0)
		return result;
	int last_port = load_identity(error);
	if (last_port < 0)
		return last_port;
	*listener = listen_main(settings, last_port, error);
	if (!*listener)
		return error->code;
	result = arm_registries_start(error);
	if (result == 0)
		result = webhooks_start(error);
	if (result == 0)
		result = agent_start(error);
	if (result == 0)
		result = chores_start(error);
	return result < 0 ? result : environment_write(error);
}

int main(int argc, char **argv)
{
	struct settings settings = {0};
	struct acr_error error = ACR_ERROR_INIT;
	struct listener *listener = NULL;
	int lock = -1;
	int status = parse_options(argc, argv, &settings);
	if (status >= 0)
		return status;
	umask(077);
	int result = catch_signals(&error);
	pthread_mutex_lock(&starting);
	if (result == 0)
		result = prepare(&settings, &lock, &listener, &error);
	pthread_mutex_unlock(&starting);
	if (result == 0) {
		printf("ready %s state %s\n", emulator.base_url, emulator.state);
		fflush(stdout);
		wait_for_stop();
	} else {
		fprintf(stderr, "acr-emulator: %s\n", error.message);
	}
	agent_stop();
	arm_long_stop();
	chores_stop();
	registry_stop_all();
	listener_stop(listener);
	webhooks_stop();
	store_close();
	acr_error_clear(&error);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
