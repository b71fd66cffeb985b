/* The transport on libcurl over TLS: certificates, CA settings, proxies, HTTP/2. Servers are `openssl s_server` and,
 * where it is installed, nghttpx. */
#include <fcntl.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/upload.h>
#include "loopback_server.h"

#define WAIT_MS 10000

static char folder[] = "/tmp/acr-test-tls-XXXXXX";

static void shell(const char *command)
{
	if (system(command) != 0) {
		fail_msg("failed: %s", command);
	}
}

/* A CA, and certificates by it: for localhost and registry.test, and one that has ended. */
static int make_certificates(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) < 0) {
		return -1;
	}
	shell("exec >/dev/null 2>&1\n"
	      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 "
	      "-subj '/O=Test Company/CN=Test CA' && mkdir cas && cp ca.pem cas/ && openssl rehash cas || exit 1\n"
	      "leaf() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr "
	      "-subj "
	      "/CN=$1 && echo subjectAltName=DNS:localhost,DNS:registry.test >ext && openssl x509 -req -in $1.csr -CA "
	      "ca.pem "
	      "-CAkey ca.key -CAcreateserial -extfile ext -days $2 -out $1.pem; }\n"
	      "leaf good 2 && leaf ended -1 && echo nonsense >bad.pem");
	return 0;
}

static int remove_certificates(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *command = acr_format("rm -rf '%s'", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

struct child {
	pid_t pid;
	int port;
};

/* Start `openssl s_server` on a free port; it says which. */
static struct child start_tls_server(const char *name, const char *options)
{
	struct child child = {0};
	int ends[2];
	ACR_AUTO_FREE char *command =
		acr_format("exec openssl s_server -accept 127.0.0.1:0 -cert %s.pem -key %s.key -www %s 2>/dev/null",
			   name, name, options);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child.pid = fork();
	if (child.pid == 0) {
		dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	FILE *output = fdopen(ends[0], "r");
	char line[256];
	while (!child.port && fgets(line, sizeof(line), output)) {
		sscanf(line, "ACCEPT 127.0.0.1:%d", &child.port);
	}
	fclose(output);
	assert_true(child.port > 0);
	return child;
}

static void stop(const struct child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

/* One GET; its code. The message must fit the pattern ("(none)" without one). */
static int get(const struct acr_curl_options *options, const char *url, const char *pattern)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_transport *transport = acr_transport_curl(options);
	struct acr_exchange exchange = {.request = {.method = "GET", .url = acr_strdup(url), .timeout_ms = WAIT_MS}};
	int code = acr_send(transport, &exchange, &error);
	if (code == 0) {
		assert_int_equal(exchange.response.status, 200);
	}
	const char *message = error.message ? error.message : "(none)";
	if (fnmatch(pattern, message, 0) != 0) {
		fail_msg("'%s' is not like '%s'", message, pattern);
	}
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
	return code;
}

static const struct acr_curl_options trusting = {.user_agent = "x", .ca_bundle = "ca.pem"};

#define HINT "If your company's proxy inspects TLS, set ACR_CA_BUNDLE to your company's CA file"

static void test_a_bundle_is_a_file_or_a_folder(void **state)
{
	(void)state;
	struct child server = start_tls_server("good", "");
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/", server.port);
	struct acr_curl_options options = trusting;
	assert_int_equal(get(&options, url, "(none)"), 0);
	options.ca_bundle = "cas";
	assert_int_equal(get(&options, url, "(none)"), 0);
	options.ca_bundle = "missing.pem";
	assert_int_equal(
		get(&options, url,
		    "cannot read CA certificates from 'missing.pem' (No such file or directory); ACR_CA_BUNDLE must name a PEM file or folder"),
		ACR_ERROR_TLS);
	options.ca_bundle = "bad.pem";
	options.ca_variable = "SSL_CERT_FILE";
	assert_int_equal(get(&options, url, "cannot read CA certificates from 'bad.pem' (no PEM certificate in it); SSL_CERT_FILE must name *"),
			 ACR_ERROR_TLS);
	stop(&server);
}

static void test_refused_certificates_are_described(void **state)
{
	(void)state;
	struct child server = start_tls_server("good", "");
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/", server.port);
	ACR_AUTO_FREE char *unknown = acr_format(
		"the certificate of localhost:%d was refused: unable to get local issuer certificate (subject "
		"'CN=good', issuer 'CN=Test CA,O=Test Company'); trusted are the system's certificates. " HINT,
		server.port);
	struct acr_curl_options options = {.user_agent = "x"};
	assert_int_equal(get(&options, url, unknown), ACR_ERROR_TLS);

	shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem "
	      "-subj "
	      "/CN=Other 2>/dev/null");
	ACR_AUTO_FREE char *other = acr_format(
		"the certificate of localhost:%d was refused: unable to get local issuer certificate (subject "
		"'CN=good', issuer 'CN=Test CA,O=Test Company'); trusted are the certificates in 'other.pem' "
		"(from REQUESTS_CA_BUNDLE). " HINT,
		server.port);
	options.ca_bundle = "other.pem";
	options.ca_variable = "REQUESTS_CA_BUNDLE";
	assert_int_equal(get(&options, url, other), ACR_ERROR_TLS);

	ACR_AUTO_FREE char *by_address = acr_format("https://127.0.0.1:%d/", server.port);
	assert_int_equal(get(&trusting, by_address, "the certificate of 127.0.0.1:* was refused: SSL: * '127.0.0.1' (subject 'CN=good', *"),
			 ACR_ERROR_TLS);
	stop(&server);
}

static void test_an_ended_certificate_is_refused(void **state)
{
	(void)state;
	struct child server = start_tls_server("ended", "");
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/", server.port);
	assert_int_equal(get(&trusting, url,
			     "the certificate of localhost:* was refused: certificate has expired (subject 'CN=ended', "
			     "issuer 'CN=Test CA,O=Test Company'); this machine's clock says 20*Z"),
			 ACR_ERROR_TLS);
	stop(&server);
}

static void test_old_tls_is_refused(void **state)
{
	(void)state;
	struct child server = start_tls_server("good", "-tls1_1 -cipher ALL:@SECLEVEL=0");
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/", server.port);
	assert_int_equal(get(&trusting, url, "no TLS connection to localhost:* (*)"), ACR_ERROR_TLS);
	stop(&server);
}

static bool hang_up(int connection, const struct loopback_request *request, void *user)
{
	(void)connection, (void)request, (void)user;
	return false;
}

static void test_a_plain_server_is_no_tls_server(void **state)
{
	(void)state;
	/* What libcurl sends is no HTTP request, so the server waits for its end until the transport gives up. */
	struct loopback *server = loopback_start(hang_up, NULL);
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/", loopback_port(server));
	struct acr_curl_options options = trusting;
	options.connect_timeout_ms = 300;
	assert_int_equal(get(&options, url, "no connection in time to localhost:* (*)*"), ACR_ERROR_NETWORK);
	loopback_stop(server);
}

/* A proxy: what it was asked, and where it leads to. */
struct proxy {
	int port;
	long status;
	char *head;
};

static bool answer_proxy(int connection, const struct loopback_request *request, void *user)
{
	struct proxy *proxy = user;
	free(proxy->head);
	proxy->head = acr_strdup(request->head.data);
	if (proxy->status != 200) {
		loopback_printf(connection, "HTTP/1.1 %ld No\r\nContent-Length: 0\r\n\r\n", proxy->status);
		return false;
	}
	loopback_printf(connection, "HTTP/1.1 200 Yes\r\nX-From-Proxy: 1\r\n\r\n");
	loopback_tunnel(connection, proxy->port);
	return false;
}

static void test_the_way_through_a_proxy(void **state)
{
	(void)state;
	struct child server = start_tls_server("good", "");
	struct proxy proxy = {.port = server.port, .status = 200};
	struct loopback *listener = loopback_start(answer_proxy, &proxy);
	ACR_AUTO_FREE char *address = acr_format("http://user:pa%%40ss@127.0.0.1:%d", loopback_port(listener));
	struct acr_curl_options options = trusting;
	options.proxy = address;
	assert_int_equal(get(&options, "https://registry.test/v2/", "(none)"), 0);
	assert_non_null(strstr(proxy.head, "CONNECT registry.test:443 HTTP/1.1\r\n"));
	assert_non_null(strstr(proxy.head, "Proxy-Authorization: Basic dXNlcjpwYUBzcw==\r\n"));

	/* loopback hosts and those in no_proxy are reached directly */
	ACR_AUTO_FREE char *local = acr_format("https://localhost:%d/", server.port);
	int before = loopback_connections(listener);
	assert_int_equal(get(&options, local, "(none)"), 0);
	options.no_proxy = "example.com,.test";
	assert_int_equal(get(&options, "https://registry.test/", "cannot find the host registry.test:443 *"),
			 ACR_ERROR_NETWORK);
	options.no_proxy = "127.0.0.0/8,192.0.2.0/24";
	options.connect_timeout_ms = 300;
	assert_true(get(&options, "https://192.0.2.1/", "*") < 0);
	assert_int_equal(loopback_connections(listener), before);
	loopback_stop(listener);
	stop(&server);
	free(proxy.head);
}

static void test_a_proxy_that_refuses(void **state)
{
	(void)state;
	struct proxy proxy = {.status = 407};
	struct loopback *listener = loopback_start(answer_proxy, &proxy);
	ACR_AUTO_FREE char *address = acr_format("http://user:s3cret@localhost:%d/", loopback_port(listener));
	ACR_AUTO_FREE char *refused =
		acr_format("the proxy localhost:%d refused the way to registry.test:443 with HTTP status "
			   "407; check the user name and password in https_proxy *",
			   loopback_port(listener));
	ACR_AUTO_FREE char *forbidden =
		acr_format("the proxy localhost:%d refused the way to registry.test:443 with HTTP status 403",
			   loopback_port(listener));
	struct acr_curl_options options = trusting;
	options.proxy = address;
	options.proxy_variable = "https_proxy";
	assert_int_equal(get(&options, "https://registry.test/", refused), ACR_ERROR_NETWORK);
	proxy.status = 403;
	assert_int_equal(get(&options, "https://registry.test/", forbidden), ACR_ERROR_NETWORK);
	loopback_stop(listener);
	free(proxy.head);
	options.proxy = "http://nosuchproxy.invalid:3128";
	assert_int_equal(get(&options, "https://registry.test/",
			     "cannot find the proxy nosuchproxy.invalid:3128 on the way to registry.test:443 (*); check https_proxy"),
			 ACR_ERROR_NETWORK);
	options.proxy = "127.0.0.1:1";
	assert_int_equal(get(&options, "https://registry.test/", "cannot connect to the proxy 127.0.0.1:1 on the way to registry.test:443 (*); check https_proxy"),
			 ACR_ERROR_NETWORK);
}

static bool answer_slowly(int connection, const struct loopback_request *request, void *user)
{
	(void)user;
	loopback_wait(connection, 100);
	return loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(request->target),
			       request->target);
}

/* nghttpx in front of a plain server, with a log line "PORT-OF-CLIENT PROTOCOL" a request. */
static struct child start_http2(int backend)
{
	struct loopback *probe = loopback_start(hang_up, NULL); /* finds a free port */
	struct child child = {.port = loopback_port(probe)};
	loopback_stop(probe);
	ACR_AUTO_FREE char *command =
		acr_format("exec nghttpx -f127.0.0.1,%d -b127.0.0.1,%d --workers=1 --accesslog-file=access.log "
			   "--accesslog-format='$remote_port $protocol_version' good.key good.pem >/dev/null 2>&1",
			   child.port, backend);
	child.pid = fork();
	if (child.pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return child;
}

static void wait_until_served(const struct child *child)
{
	ACR_AUTO_FREE char *command = acr_format(
		"for i in $(seq 100); do curl -sk --max-time 2 https://127.0.0.1:%d/up >/dev/null && exit 0; sleep "
		"0.1; done; exit 1",
		child->port);
	shell(command);
}

/* The server notes each request a moment after it was answered: which port it came from, and how. */
static void assert_one_connection(int requests)
{
	ACR_AUTO_FREE char *command =
		acr_format("for i in $(seq 200); do test \"$(wc -l <access.log)\" -ge %d && break; sleep 0.1; done; "
			   "test \"$(wc -l <access.log)\" = %d && test \"$(sort -u access.log | wc -l)\" = 1 && "
			   "grep -q ' HTTP/2' access.log",
			   requests, requests);
	shell(command);
}

static void test_a_batch_shares_one_http2_connection(void **state)
{
	(void)state;
	enum { COUNT = 12 };
	if (system("command -v nghttpx curl >/dev/null") != 0) {
		print_message("nghttpx or curl is not installed\n");
		skip();
	}
	struct loopback *backend = loopback_start(answer_slowly, NULL);
	struct child server = start_http2(loopback_port(backend));
	wait_until_served(&server);
	shell(": >access.log");
	struct acr_transport *transport = acr_transport_curl(&trusting);
	struct acr_exchange exchanges[COUNT], *list[COUNT];
	for (int i = 0; i < COUNT; i++) {
		exchanges[i] =
			(struct acr_exchange){.request = {.method = i % 2 ? "PUT" : "GET",
							  .url = acr_format("https://localhost:%d/%d", server.port, i),
							  .body = i % 2 ? "body" : NULL,
							  .body_length = i % 2 ? 4 : 0}};
		list[i] = &exchanges[i];
	}
	transport->send(transport, list, COUNT);
	for (int i = 0; i < COUNT; i++) {
		ACR_AUTO_FREE char *path = acr_format("/%d", i);
		if (exchanges[i].result < 0) {
			fail_msg("%s", exchanges[i].error.message);
		}
		assert_string_equal(acr_buf_str(&exchanges[i].response.body), path);
		acr_exchange_clear(&exchanges[i]);
	}
	acr_transport_free(transport);
	assert_one_connection(COUNT);
	stop(&server);
	loopback_stop(backend);
}

/* --- uploads --- */

struct zeros {
	struct acr_source source;
	size_t left;
};

static ssize_t read_zeros(struct acr_source *source, void *bytes, size_t size, struct acr_error *error)
{
	(void)error;
	struct zeros *zeros = (struct zeros *)source;
	size = size < zeros->left ? size : zeros->left;
	memset(bytes, 0, size);
	zeros->left -= size;
	return (ssize_t)size;
}

static bool accept_put(int connection, const struct loopback_request *request, void *user)
{
	(void)request, (void)user;
	return loopback_printf(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

static void test_an_upload_shares_one_http2_connection(void **state)
{
	(void)state;
	enum { BLOCK = 300000, COUNT = 20 };
	if (system("command -v nghttpx curl >/dev/null") != 0) {
		print_message("nghttpx or curl is not installed\n");
		skip();
	}
	struct loopback *backend = loopback_start(accept_put, NULL);
	struct child server = start_http2(loopback_port(backend));
	wait_until_served(&server);
	shell(": >access.log");
	struct acr_transport *transport = acr_retry_new(acr_transport_curl(&trusting), NULL, NULL);
	struct zeros source = {.source.read = read_zeros, .left = (size_t)BLOCK * COUNT};
	const struct acr_upload_options options = {.block_size = BLOCK, .parallel = 4};
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *url = acr_format("https://localhost:%d/c/b?sig=x", server.port);
	uint64_t total = 0;
	if (acr_upload(transport, url, &source.source, &options, &total, &error) != 0) {
		fail_msg("%s", error.message);
	}
	assert_int_equal(total, BLOCK * COUNT);
	acr_transport_free(transport);
	assert_one_connection(COUNT + 1);
	stop(&server);
	loopback_stop(backend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_bundle_is_a_file_or_a_folder),
		cmocka_unit_test(test_refused_certificates_are_described),
		cmocka_unit_test(test_an_ended_certificate_is_refused),
		cmocka_unit_test(test_old_tls_is_refused),
		cmocka_unit_test(test_a_plain_server_is_no_tls_server),
		cmocka_unit_test(test_the_way_through_a_proxy),
		cmocka_unit_test(test_a_proxy_that_refuses),
		cmocka_unit_test(test_a_batch_shares_one_http2_connection),
		cmocka_unit_test(test_an_upload_shares_one_http2_connection),
	};
	return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
