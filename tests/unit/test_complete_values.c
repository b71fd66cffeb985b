/* Values for completion: from the services, from the cache, and never late. */
#include <setjmp.h>
#include <stdarg.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>
#include <acr/clock.h>
#include "complete_values.h"
#include "loopback_server.h"
#include "opttype.h"
#include "settings.h"

static char folder[] = "/tmp/acr-test-complete-XXXXXX";
static struct acr_buf requests;

/* A cloud whose services are all at one address. */
static void use_cloud(const char *scheme, int port)
{
	ACR_AUTO_FREE char *path = acr_format("%s/clouds.config", folder);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"[Test]\nendpoint_resource_manager = %s://127.0.0.1:%d\nendpoint_active_directory = "
		"%s://127.0.0.1:%d\n",
		scheme, port, scheme, port);
	assert_int_equal(fclose(file), 0);
}

static int begin(void **state)
{
	static const char *const variables[][2] = {
		{"AZURE_CLOUD_NAME", "Test"}, {"AZURE_TENANT_ID", "t"},       {"AZURE_CLIENT_ID", "c"},
		{"AZURE_CLIENT_SECRET", "s"}, {"AZURE_SUBSCRIPTION_ID", "S"},
	};

	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < ACR_COUNT(variables); i++)
		setenv(variables[i][0], variables[i][1], 1);
	setenv("AZURE_CONFIG_DIR", folder, 1);
	setenv("ACR_CACHE_DIR", folder, 1);
	setenv("HOME", folder, 1);
	return 0;
}

static int end(void **state)
{
	ACR_AUTO_FREE char *command = acr_format("rm -rf %s", folder);

	(void)state;
	acr_buf_clear(&requests);
	return system(command);
}

/* What is offered; *milliseconds gets how long it took. */
static void complete(const char *kind, const char *prefix, struct acr_buf *out, int64_t *milliseconds)
{
	struct settings *settings = settings_new();
	struct args args = {0};
	int64_t started = acr_clock_system.ticks(&acr_clock_system);

	complete_from_services(settings, &args, kind, prefix, out);
	if (milliseconds)
		*milliseconds = acr_clock_system.ticks(&acr_clock_system) - started;
	settings_free(settings);
}

static void assert_completed(const char *kind, const char *prefix, const char *expected)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;

	complete(kind, prefix, &out, NULL);
	assert_string_equal(acr_buf_str(&out), expected);
}

static bool answer(int connection, const struct loopback_request *request, void *user)
{
	const char *body = user;

	acr_buf_printf(&requests, "%s %.*s\n", request->method, (int)strcspn(request->target, "?"), request->target);
	if (strstr(request->target, "oauth2"))
		body = "{\"access_token\":\"T\",\"expires_in\":3600}";
	return loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static void test_values(void **state)
{
	(void)state;
	char body[] =
		"{\"value\":[{\"name\":\"one\"},{\"name\":\"Other\"},{\"name\":\"two\"},{\"name\":\"o\\u001b[2J\"},"
		"{\"name\":\"o\\nn\"},{\"name\":\"\"},{\"name\":null},{}]}";
	struct loopback *server = loopback_start(answer, body);

	use_cloud("http", loopback_port(server));
	assert_completed("registry", "o", "one\nOther\n");
	assert_string_equal(acr_buf_str(&requests),
			    "POST /t/oauth2/v2.0/token\nGET "
			    "/subscriptions/S/providers/Microsoft.ContainerRegistry/registries\n");
	/* Nobody is asked again within the minute. */
	acr_buf_reset(&requests);
	assert_completed("registry", "", "one\nOther\ntwo\n");
	assert_completed("registry", "T", "two\n");
	assert_completed("registry", "x", "");
	assert_string_equal(acr_buf_str(&requests), "");
	/* Other values are other values. */
	assert_completed("group", "t", "two\n");
	assert_string_equal(acr_buf_str(&requests), "GET /subscriptions/S/resourcegroups\n");
	assert_completed("nonsense", "", "");
	loopback_stop(server);
}

/* Errors of services, of the configuration and of sign-in are no completion's business. */
static void test_failures_are_silent(void **state)
{
	(void)state;
	char body[] = "no JSON";
	struct loopback *server = loopback_start(answer, body);

	use_cloud("http", loopback_port(server));
	assert_completed("registry", "", "");
	loopback_stop(server);
	assert_completed("registry", "", "");
	setenv("AZURE_CLOUD_NAME", "Unknown", 1);
	assert_completed("registry", "", "");
	setenv("AZURE_CLOUD_NAME", "Test", 1);
	unsetenv("AZURE_CLIENT_SECRET");
	unsetenv("AZURE_SUBSCRIPTION_ID");
	assert_completed("registry", "", "");
	assert_completed("repository", "", "");
}

/* The system accepts connections, but nobody ever answers. */
static int black_hole(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 16), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return listener;
}

static void assert_soon(void)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	int64_t milliseconds;

	complete("registry", "", &out, &milliseconds);
	assert_string_equal(acr_buf_str(&out), "");
	assert_true(milliseconds < 15000); /* far less than a command would wait; the machine may be busy */
	/* It did try. */
	assert_true(milliseconds >= 250);
}

static void test_nobody_answers(void **state)
{
	(void)state;
	static const char *const schemes[] = {"https", "http"};
	int port, listener = black_hole(&port);

	for (size_t i = 0; i < ACR_COUNT(schemes); i++) {
		use_cloud(schemes[i], port);
		assert_soon();
	}
	close(listener);
}

/* Another process makes the token, and takes its time. */
static void test_lock_of_another_process(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *command =
		acr_format("rm -f %s/*.json; ls %s/*.lock | head -1 | tr -d '\\n'", folder, folder);
	char path[256] = "";
	int port, listener = black_hole(&port), lock;
	FILE *list;

	use_cloud("http", port);
	assert_soon();
	list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(path, sizeof(path), list));
	pclose(list);
	lock = open(path, O_RDWR | O_CLOEXEC);
	assert_true(lock >= 0);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_soon();
	close(lock);
	close(listener);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values),
		TEST(test_failures_are_silent),
		TEST(test_nobody_answers),
		TEST(test_lock_of_another_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
