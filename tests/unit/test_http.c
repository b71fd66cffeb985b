/* The transport on libcurl against a server that misbehaves; plain http, see test_tls.c for https. */
#include <arpa/inet.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/transport.h>
#include "loopback_server.h"

static atomic_int running, most_running;

static bool answer_ok(int connection, const char *more_headers, const char *body)
{
	return loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n%s", strlen(body),
			       more_headers, body);
}

static bool answer_endless(int connection)
{
	char block[65536];
	memset(block, 'x', sizeof(block));
	loopback_printf(connection, "HTTP/1.1 200 OK\r\n\r\n");
	while (loopback_send(connection, block, sizeof(block))) {
	}
	return false;
}

static bool answer_endless_header(int connection)
{
	loopback_printf(connection, "HTTP/1.1 200 OK\r\n");
	while (loopback_printf(connection, "X-Filler: %01000d\r\n", 1)) {
	}
	return false;
}

/* One byte every 20 ms. */
static bool answer_drip(int connection)
{
	loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	while (loopback_wait(connection, 20) && loopback_send(connection, "x", 1)) {
	}
	return false;
}

static bool answer_pause(int connection)
{
	int now = ++running, most = most_running;
	while (now > most && !atomic_compare_exchange_weak(&most_running, &most, now)) {
	}
	loopback_wait(connection, 200);
	running--;
	return answer_ok(connection, "", "paused");
}

static const char gzip[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c\x00\x00\x19"
	"\x6a\xd2\xdf\x0a\x00\x00\x00";

static bool answer_gzip(int connection, size_t damaged)
{
	char bytes[30];
	memcpy(bytes, gzip, sizeof(bytes));
	bytes[damaged] = (char)(bytes[damaged] ^ 0x55);
	return loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n") &&
	       loopback_send(connection, damaged ? bytes : gzip, 30);
}

static bool answer_echo(int connection, const struct loopback_request *request)
{
	ACR_AUTO(acr_buf) echo = ACR_BUF_INIT;
	acr_buf_add(&echo, request->head.data, request->head.length);
	acr_buf_puts(&echo, "\r\n");
	acr_buf_add(&echo, acr_buf_str(&request->body), request->body.length);
	return answer_ok(connection, "X-One: 1\r\nx-two:  two words \r\nX-One: again\r\n", acr_buf_str(&echo));
}

static bool answer(int connection, const struct loopback_request *request, void *user)
{
	(void)user;
	const char *path = request->target;
	if (strcmp(request->method, "HEAD") == 0) {
		return loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nDocker-Content-Digest: "
						   "sha256:1\r\n\r\n");
	}
	if (strncmp(path, "/echo", 5) == 0) {
		return answer_echo(connection, request);
	}
	if (strcmp(path, "/missing") == 0) {
		return loopback_printf(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone");
	}
	if (strcmp(path, "/moved") == 0) {
		return loopback_printf(connection,
				       "HTTP/1.1 307 Moved\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n");
	}
	if (strcmp(path, "/interim") == 0) {
		return loopback_printf(connection, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n") &&
		       answer_ok(connection, "X-Late: 1\r\n", "final");
	}
	if (strcmp(path, "/gzip") == 0) {
		return answer_gzip(connection, 0);
	}
	if (strcmp(path, "/gzip-damaged") == 0) {
		return answer_gzip(connection, 12);
	}
	if (strcmp(path, "/short") == 0) {
		loopback_printf(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
		return false;
	}
	if (strcmp(path, "/short-chunk") == 0) {
		loopback_printf(connection,
				"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab");
		return false;
	}
	if (strcmp(path, "/endless") == 0) {
		return answer_endless(connection);
	}
	if (strcmp(path, "/endless-header") == 0) {
		return answer_endless_header(connection);
	}
	if (strcmp(path, "/drip") == 0) {
		return answer_drip(connection);
	}
	if (strcmp(path, "/pause") == 0) {
		return answer_pause(connection);
	}
	if (strcmp(path, "/silent") == 0) {
		loopback_wait(connection, 10000);
		return false;
	}
	if (strcmp(path, "/garbage") == 0) {
		loopback_printf(connection, "SSH-2.0-OpenSSH_9.2\r\nmore\r\n");
		return false;
	}
	return false; /* "/empty": closed without a word */
}

static struct loopback *server;

static int start_server(void **state)
{
	(void)state;
	server = loopback_start(answer, NULL);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	loopback_stop(server);
	return 0;
}

static struct acr_transport *new_transport(void)
{
	struct acr_curl_options options = {.user_agent = "acr-test/1", .idle_timeout_ms = 5000};
	return acr_transport_curl(&options);
}

static struct acr_exchange exchange_for(const char *method, const char *path)
{
	return (struct acr_exchange){
		.request = {.method = method, .url = acr_format("http://127.0.0.1:%d%s", loopback_port(server), path)}};
}

/* Fail unless the message is like the pattern, in which "@" stands for host and port of the server. */
static void assert_message(const char *message, const char *pattern)
{
	ACR_AUTO(acr_buf) expanded = ACR_BUF_INIT;
	message = message ? message : "(none)";
	for (const char *c = pattern ? pattern : "(none)"; *c; c++) {
		if (*c == '@') {
			acr_buf_printf(&expanded, "127.0.0.1:%d", loopback_port(server));
		} else {
			acr_buf_putc(&expanded, *c);
		}
	}
	if (fnmatch(acr_buf_str(&expanded), message, 0) != 0) {
		fail_msg("'%s' is not like '%s'", message, acr_buf_str(&expanded));
	}
}

/* Send it through a transport of its own; the code. */
static int go(struct acr_exchange *exchange, const char *message)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_transport *transport = new_transport();
	int code = acr_send(transport, exchange, &error);
	acr_transport_free(transport);
	assert_message(error.message, message);
	acr_error_clear(&error);
	return code;
}

static void get(const char *path, int code, const char *message)
{
	struct acr_exchange exchange = exchange_for("GET", path);
	assert_int_equal(go(&exchange, message), code);
	if (code < 0) {
		assert_int_equal(exchange.response.status, 0);
		assert_int_equal(exchange.response.headers.count, 0);
		assert_int_equal(exchange.response.body.length, 0);
	}
	acr_exchange_clear(&exchange);
}

static void test_a_get_as_it_goes_over_the_wire(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/echo/a/../b?x=%20y");
	acr_headers_add(&exchange.request.headers, "Accept", "application/json");
	acr_headers_add(&exchange.request.headers, "X-Empty", "");
	assert_int_equal(go(&exchange, NULL), 0);
	ACR_AUTO_FREE char *expected = acr_format("GET /echo/a/../b?x=%%20y HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
						  "User-Agent: acr-test/1\r\nAccept-Encoding: gzip\r\n"
						  "Accept: application/json\r\nX-Empty:\r\n\r\n",
						  loopback_port(server));
	assert_string_equal(acr_buf_str(&exchange.response.body), expected);
	assert_int_equal(exchange.response.status, 200);
	assert_false(exchange.final);
	const struct acr_headers *headers = &exchange.response.headers;
	assert_string_equal(acr_headers_get(headers, "x-one"), "1");
	assert_string_equal(acr_headers_get(headers, "X-Two"), "two words");
	assert_int_equal(headers->count, 4);
	assert_string_equal(headers->items[3].value, "again");
	acr_exchange_clear(&exchange);
}

static void test_bodies_of_each_method(void **state)
{
	(void)state;
	static const struct {
		const char *method, *body, *type, *expected;
	} cases[] = {
		{"POST", "{}", "application/json",
		 "*\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"},
		{"POST", NULL, NULL, "POST *\r\nContent-Length: 0\r\n\r\n"},
		{"PUT", "x", NULL, "PUT *\r\nContent-Length: 1\r\n\r\nx"},
		{"PUT", NULL, NULL, "PUT *\r\nContent-Length: 0\r\n\r\n"},
		{"PATCH", "x", NULL, "PATCH *\r\nContent-Length: 1\r\n\r\nx"},
		{"DELETE", "x", NULL, "DELETE *\r\nContent-Length: 1\r\n\r\nx"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_exchange exchange = exchange_for(cases[i].method, "/echo");
		exchange.request.body = cases[i].body;
		exchange.request.body_length = cases[i].body ? strlen(cases[i].body) : 0;
		if (cases[i].type) {
			acr_headers_add(&exchange.request.headers, "Content-Type", cases[i].type);
		}
		assert_int_equal(go(&exchange, NULL), 0);
		const char *got = acr_buf_str(&exchange.response.body);
		if (fnmatch(cases[i].expected, got, 0) != 0) {
			fail_msg("%s", got);
		}
		assert_null(strstr(got, "Expect:"));
		assert_null(strstr(got, "urlencoded"));
		acr_exchange_clear(&exchange);
	}
}

static void test_a_delete_without_body_has_no_length(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("DELETE", "/echo");
	assert_int_equal(go(&exchange, NULL), 0);
	assert_non_null(strstr(acr_buf_str(&exchange.response.body), "DELETE /echo HTTP/1.1\r\n"));
	assert_null(strstr(acr_buf_str(&exchange.response.body), "Content-Length"));
	acr_exchange_clear(&exchange);
}

static void test_a_large_body_arrives_whole(void **state)
{
	(void)state;
	size_t length = 4 << 20;
	char *body = acr_alloc(length + 1);
	memset(body, 'b', length);
	struct acr_exchange exchange = exchange_for("PUT", "/echo");
	exchange.request.body = body;
	exchange.request.body_length = length;
	assert_int_equal(go(&exchange, NULL), 0);
	const char *end = strstr(acr_buf_str(&exchange.response.body), "\r\n\r\n");
	assert_string_equal(end + 4, body);
	free(body);
	acr_exchange_clear(&exchange);
}

static void test_head_has_header_fields_only(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("HEAD", "/echo");
	assert_int_equal(go(&exchange, NULL), 0);
	assert_int_equal(exchange.response.status, 200);
	assert_string_equal(acr_headers_get(&exchange.response.headers, "docker-content-digest"), "sha256:1");
	assert_int_equal(exchange.response.body.length, 0);
	acr_exchange_clear(&exchange);
}

static void test_any_status_is_an_answer(void **state)
{
	(void)state;
	struct acr_exchange missing = exchange_for("GET", "/missing"), moved = exchange_for("POST", "/moved");
	assert_int_equal(go(&missing, NULL), 0);
	assert_int_equal(missing.response.status, 404);
	assert_string_equal(acr_buf_str(&missing.response.body), "gone");
	assert_int_equal(go(&moved, NULL), 0);
	assert_int_equal(moved.response.status, 307);
	assert_string_equal(acr_headers_get(&moved.response.headers, "location"), "/echo");
	acr_exchange_clear(&missing);
	acr_exchange_clear(&moved);
}

static void test_interim_answers_leave_nothing(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/interim");
	assert_int_equal(go(&exchange, NULL), 0);
	assert_int_equal(exchange.response.status, 200);
	assert_null(acr_headers_get(&exchange.response.headers, "X-Early"));
	assert_string_equal(acr_headers_get(&exchange.response.headers, "X-Late"), "1");
	acr_exchange_clear(&exchange);
}

static void test_gzip_is_decoded(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/gzip");
	assert_int_equal(go(&exchange, NULL), 0);
	assert_string_equal(acr_buf_str(&exchange.response.body), "hello gzip");
	acr_exchange_clear(&exchange);
	get("/gzip-damaged", ACR_ERROR_FORMAT, "cannot decompress the answer of @ (*)");
}

static void test_a_range_is_not_compressed(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/echo");
	acr_headers_add(&exchange.request.headers, "Range", "bytes=0-9");
	assert_int_equal(go(&exchange, NULL), 0);
	assert_null(strstr(acr_buf_str(&exchange.response.body), "Accept-Encoding"));
	acr_exchange_clear(&exchange);
}

struct sink {
	struct acr_buf bytes;
	int result;
};

static int take_bytes(void *user, const void *bytes, size_t length)
{
	struct sink *sink = user;
	acr_buf_add(&sink->bytes, bytes, length);
	return sink->result;
}

static int go_into_sink(const char *path, struct sink *sink, struct acr_exchange *exchange, const char *message)
{
	*exchange = exchange_for("GET", path);
	exchange->request.sink = take_bytes;
	exchange->request.sink_user = sink;
	return go(exchange, message);
}

static void test_a_sink_gets_the_bytes_of_a_success(void **state)
{
	(void)state;
	struct sink sink = {0};
	struct acr_exchange exchange;
	assert_int_equal(go_into_sink("/gzip", &sink, &exchange, NULL), 0);
	assert_int_equal(sink.bytes.length, 30);
	assert_memory_equal(sink.bytes.data, gzip, 30); /* not decoded */
	assert_int_equal(exchange.response.body.length, 0);
	assert_true(exchange.final);
	acr_exchange_clear(&exchange);
	acr_buf_reset(&sink.bytes);

	assert_int_equal(go_into_sink("/missing", &sink, &exchange, NULL), 0);
	assert_int_equal(sink.bytes.length, 0);
	assert_string_equal(acr_buf_str(&exchange.response.body), "gone");
	assert_false(exchange.final);
	acr_exchange_clear(&exchange);

	assert_int_equal(go_into_sink("/short", &sink, &exchange, "the answer was cut off by @ (*)"),
			 ACR_ERROR_NETWORK);
	assert_string_equal(acr_buf_str(&sink.bytes), "0123456789");
	assert_true(exchange.final);
	acr_exchange_clear(&exchange);
	acr_buf_clear(&sink.bytes);
}

static void test_a_sink_can_stop_the_answer(void **state)
{
	(void)state;
	struct sink sink = {.result = ACR_ERROR_FILE};
	struct acr_exchange exchange;
	assert_int_equal(go_into_sink("/endless", &sink, &exchange, "the answer of @ was not received to its end"),
			 ACR_ERROR_FILE);
	acr_exchange_clear(&exchange);
	sink.result = 1;
	assert_int_equal(go_into_sink("/endless", &sink, &exchange, "the answer of @ was not received to its end"),
			 ACR_ERROR_GENERAL);
	acr_exchange_clear(&exchange);
	acr_buf_clear(&sink.bytes);
}

static void test_sizes_are_capped(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/endless");
	exchange.request.max_response = 1000000;
	assert_int_equal(go(&exchange, "the answer of @ is larger than 1000000 bytes"), ACR_ERROR_LIMIT);
	acr_exchange_clear(&exchange);
	get("/endless", ACR_ERROR_LIMIT, "the answer of @ is larger than 67108864 bytes");
	exchange = exchange_for("GET", "/missing");
	exchange.request.max_response = 4;
	assert_int_equal(go(&exchange, NULL), 0);
	acr_exchange_clear(&exchange);
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_transport *transport = new_transport();
	exchange = exchange_for("GET", "/endless-header");
	/* newer versions of libcurl have a cap of their own */
	int code = acr_send(transport, &exchange, &error);
	assert_true(code == ACR_ERROR_LIMIT || code == ACR_ERROR_NETWORK);
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
}

static void test_broken_answers(void **state)
{
	(void)state;
	get("/short", ACR_ERROR_NETWORK, "the answer was cut off by @ (*)");
	get("/short-chunk", ACR_ERROR_NETWORK, "* @ (*)");
	get("/empty", ACR_ERROR_NETWORK, "no answer from @ (Empty reply from server)");
	get("/garbage", ACR_ERROR_NETWORK, "no valid HTTP answer from @ (*)");
}

static void test_header_fields_with_line_breaks_are_refused(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/echo");
	acr_headers_add(&exchange.request.headers, "X-A", "1\r\nX-B: 2");
	assert_int_equal(go(&exchange, "refused to send the header field 'X-A' with a line break in it"),
			 ACR_ERROR_USAGE);
	acr_exchange_clear(&exchange);
}

static void go_to(const char *url, enum acr_auth auth, int code, const char *pattern)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_curl_options options = {.user_agent = "x", .connect_timeout_ms = 300};
	struct acr_transport *transport = acr_transport_curl(&options);
	struct acr_exchange exchange = {.request = {.method = "GET", .url = acr_strdup(url), .auth = auth}};
	assert_int_equal(acr_send(transport, &exchange, &error), code);
	assert_message(error.message, pattern);
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
}

static void test_plain_http_stays_on_the_machine(void **state)
{
	(void)state;
	go_to("http://example.com/", ACR_AUTH_NONE, ACR_ERROR_USAGE,
	      "refused to send a request to 'http://example.com:80': bearer tokens are only sent over https");
	go_to("http://localhost.example.com:8080/", ACR_AUTH_ARM, ACR_ERROR_USAGE,
	      "refused to send a request to 'http://localhost.example.com:8080': *");
	go_to("http://169.254.169.254/metadata", ACR_AUTH_ARM, ACR_ERROR_USAGE, "refused to send a request to *");
	go_to("ftp://localhost/", ACR_AUTH_NONE, ACR_ERROR_USAGE,
	      "cannot send a request to 'ftp://localhost:80': only https is supported");
	go_to("file:///etc/passwd", ACR_AUTH_NONE, ACR_ERROR_FORMAT,
	      "'file:///etc/passwd' is not a URL: no valid host and port in it");
	go_to("http://127.0.0.1@example.com/", ACR_AUTH_NONE, ACR_ERROR_FORMAT, "*is not a URL*");
}

/* Whether a request without a token is sent to such an address; what becomes of it does not matter. */
static bool is_sent(const char *url, bool host_service)
{
	struct acr_curl_options options = {.user_agent = "x", .connect_timeout_ms = 100};
	struct acr_transport *transport = acr_transport_curl(&options);
	struct acr_exchange exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .host_service = host_service, .timeout_ms = 200}};
	int rc = acr_send(transport, &exchange, NULL);
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
	return rc != ACR_ERROR_USAGE;
}

/* As on App Service, whose containers find their identity's service at 169.254.129.2:8081 or 172.16.5.3:8081. */
static void test_plain_http_to_services_of_the_host(void **state)
{
	static const struct {
		const char *url;
		bool is_private;
	} cases[] = {
		{"http://169.254.129.2:8081/msi/token", true},
		{"http://172.16.5.3:8081/msi/token", true},
		{"http://172.31.255.254:9/", true},
		{"http://10.1.2.3:9/", true},
		{"http://192.168.1.2:9/", true},
		{"http://[fd00::1]:9/", true},
		{"http://172.32.0.1:9/", false},
		{"http://11.0.0.1:9/", false},
		{"http://192.169.0.1:9/", false},
		{"http://[2001:db8::1]:9/", false},
		{"http://10.1.2.3.example.com:9/", false},
	};
	(void)state;
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		assert_int_equal(is_sent(cases[i].url, true), cases[i].is_private);
		assert_false(is_sent(cases[i].url, false));
	}
}

static void test_hosts_that_cannot_be_reached(void **state)
{
	(void)state;
	go_to("http://127.0.0.1:1/", ACR_AUTH_NONE, ACR_ERROR_NETWORK, "cannot connect to 127.0.0.1:1 (*)");
	go_to("https://nosuchhost.invalid/", ACR_AUTH_NONE, ACR_ERROR_NETWORK,
	      "cannot find the host nosuchhost.invalid:443 (Could not resolve host: nosuchhost.invalid); check the "
	      "name and "
	      "the network");
}

static void test_localhost_names_need_no_name_service(void **state)
{
	(void)state;
	struct acr_exchange exchange = {.request = {.method = "GET"}};
	exchange.request.url = acr_format("http://name.blob.localhost:%d/echo", loopback_port(server));
	assert_int_equal(go(&exchange, NULL), 0);
	assert_non_null(strstr(acr_buf_str(&exchange.response.body), "Host: name.blob.localhost:"));
	acr_exchange_clear(&exchange);
}

static void test_a_connection_that_is_not_taken_times_out(void **state)
{
	(void)state;
	/* A queue of one, filled: the kernel then leaves further connections without an answer. */
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), queued[2];
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	for (int i = 0; i < 2; i++) {
		queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(queued[i], (struct sockaddr *)&address, size);
	}
	ACR_AUTO_FREE char *url = acr_format("http://127.0.0.1:%d/", ntohs(address.sin_port));
	ACR_AUTO_FREE char *message =
		acr_format("no connection in time to 127.0.0.1:%d (*); check the network, a firewall "
			   "may drop the packets",
			   ntohs(address.sin_port));
	go_to(url, ACR_AUTH_NONE, ACR_ERROR_NETWORK, message);
	close(queued[0]);
	close(queued[1]);
	close(listener);
}

static void test_silence_ends_at_the_idle_limit(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_curl_options options = {.user_agent = "x", .idle_timeout_ms = 300};
	struct acr_transport *transport = acr_transport_curl(&options);
	struct acr_exchange exchange = exchange_for("GET", "/silent");
	assert_int_equal(acr_send(transport, &exchange, &error), ACR_ERROR_NETWORK);
	ACR_AUTO_FREE char *message =
		acr_format("127.0.0.1:%d did not send or take anything for 0.3 s", loopback_port(server));
	assert_string_equal(error.message, message);
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
	/* but not while bytes keep coming, and the transport is still good */
	exchange = exchange_for("GET", "/drip");
	exchange.request.timeout_ms = 900;
	assert_int_equal(acr_send(transport, &exchange, &error), ACR_ERROR_TIMEOUT);
	ACR_AUTO_FREE char *late =
		acr_format("no complete answer from 127.0.0.1:%d within 0.9 s", loopback_port(server));
	assert_string_equal(error.message, late);
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
}

static bool after_some_polls(void *user)
{
	int *polls = user;
	return ++*polls > 3;
}

static void test_an_interruption_stops_all_exchanges(void **state)
{
	(void)state;
	enum { COUNT = 20 };
	int polls = 0;
	struct acr_clock clock = acr_clock_system;
	clock.interrupted = after_some_polls;
	clock.user = &polls;
	struct acr_curl_options options = {.user_agent = "x", .clock = &clock};
	struct acr_transport *transport = acr_transport_curl(&options);
	struct acr_exchange exchanges[COUNT], *list[COUNT];
	for (int i = 0; i < COUNT; i++) {
		exchanges[i] = exchange_for("GET", "/silent");
		list[i] = &exchanges[i];
	}
	int64_t start = clock.ticks(&clock);
	transport->send(transport, list, COUNT);
	assert_true(clock.ticks(&clock) - start < 30000);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(exchanges[i].result, ACR_ERROR_INTERRUPTED);
		assert_string_equal(exchanges[i].error.message, "interrupted");
		acr_exchange_clear(&exchanges[i]);
	}
	acr_transport_free(transport);
}

static void test_a_batch_goes_in_parallel(void **state)
{
	(void)state;
	enum { COUNT = 40 };
	static const char *const paths[] = {"/pause", "/missing", "/short", "/pause"};
	struct acr_transport *transport = new_transport();
	struct acr_exchange exchanges[COUNT], *list[COUNT];
	for (int i = 0; i < COUNT; i++) {
		exchanges[i] = exchange_for("GET", paths[i % 4]);
		list[i] = &exchanges[i];
	}
	running = most_running = 0;
	transport->send(transport, list, COUNT);
	assert_true(most_running > 4);
	assert_true(most_running <= 16);
	for (int i = 0; i < COUNT; i++) {
		static const long statuses[] = {200, 404, 0, 200};
		assert_int_equal(exchanges[i].result, i % 4 == 2 ? ACR_ERROR_NETWORK : 0);
		assert_int_equal(exchanges[i].response.status, statuses[i % 4]);
		acr_exchange_clear(&exchanges[i]);
	}
	acr_transport_free(transport);
}

static void test_connections_are_kept(void **state)
{
	(void)state;
	struct acr_transport *transport = new_transport();
	int before = loopback_connections(server);
	for (int i = 0; i < 5; i++) {
		struct acr_exchange exchange = exchange_for("GET", "/echo");
		assert_int_equal(acr_send(transport, &exchange, NULL), 0);
		acr_exchange_clear(&exchange);
	}
	assert_int_equal(loopback_connections(server) - before, 1);
	transport->send(transport, NULL, 0);
	acr_transport_free(transport);
}

static void test_an_exchange_can_be_sent_again(void **state)
{
	(void)state;
	struct acr_transport *transport = new_transport();
	struct acr_exchange exchange = exchange_for("GET", "/short");
	struct acr_exchange *list[] = {&exchange};
	transport->send(transport, list, 1);
	assert_int_equal(exchange.result, ACR_ERROR_NETWORK);
	free(exchange.request.url);
	exchange.request.url = acr_format("http://127.0.0.1:%d/missing", loopback_port(server));
	for (int i = 0; i < 2; i++) {
		transport->send(transport, list, 1);
		assert_int_equal(exchange.result, 0);
		assert_null(exchange.error.message);
		assert_string_equal(acr_buf_str(&exchange.response.body), "gone");
		assert_int_equal(exchange.response.headers.count, 1);
	}
	acr_exchange_clear(&exchange);
	acr_transport_free(transport);
}

static struct acr_transport *nested;
static int nested_result;

static int send_another(void *user, const void *bytes, size_t length)
{
	(void)user, (void)bytes, (void)length;
	struct acr_exchange exchange = exchange_for("GET", "/echo");
	nested_result = acr_send(nested, &exchange, NULL);
	acr_exchange_clear(&exchange);
	return 0;
}

static void test_a_request_within_a_sink_is_refused(void **state)
{
	(void)state;
	struct acr_exchange exchange = exchange_for("GET", "/echo");
	exchange.request.sink = send_another;
	nested = new_transport();
	assert_int_equal(acr_send(nested, &exchange, NULL), 0);
	assert_int_equal(nested_result, ACR_ERROR_GENERAL);
	acr_exchange_clear(&exchange);
	acr_transport_free(nested);
}

static void test_proxy_variables_are_not_read(void **state)
{
	(void)state;
	static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"};
	for (size_t i = 0; i < ACR_COUNT(names); i++) {
		setenv(names[i], "http://127.0.0.1:1", 1);
	}
	get("/echo", 0, NULL);
	go_to("https://nosuchhost.invalid/", ACR_AUTH_NONE, ACR_ERROR_NETWORK, "cannot find the host *");
	for (size_t i = 0; i < ACR_COUNT(names); i++) {
		unsetenv(names[i]);
	}
}

static void test_header_lists(void **state)
{
	(void)state;
	struct acr_headers headers = {0};
	acr_headers_add(&headers, "A", "1");
	acr_headers_add(&headers, "b", "2");
	acr_headers_add(&headers, "a", "3");
	assert_string_equal(acr_headers_get(&headers, "a"), "1");
	assert_null(acr_headers_get(&headers, "c"));
	acr_headers_set(&headers, "A", acr_headers_get(&headers, "a"));
	assert_int_equal(headers.count, 2);
	assert_string_equal(headers.items[0].name, "b");
	assert_string_equal(acr_headers_get(&headers, "a"), "1");
	acr_headers_set(&headers, "B", NULL);
	assert_int_equal(headers.count, 1);
	acr_headers_set(&headers, "new", "5");
	assert_string_equal(acr_headers_get(&headers, "NEW"), "5");
	acr_headers_clear(&headers);
	assert_int_equal(headers.count, 0);
	acr_headers_clear(&headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_get_as_it_goes_over_the_wire),
		cmocka_unit_test(test_bodies_of_each_method),
		cmocka_unit_test(test_a_delete_without_body_has_no_length),
		cmocka_unit_test(test_a_large_body_arrives_whole),
		cmocka_unit_test(test_head_has_header_fields_only),
		cmocka_unit_test(test_any_status_is_an_answer),
		cmocka_unit_test(test_interim_answers_leave_nothing),
		cmocka_unit_test(test_gzip_is_decoded),
		cmocka_unit_test(test_a_range_is_not_compressed),
		cmocka_unit_test(test_a_sink_gets_the_bytes_of_a_success),
		cmocka_unit_test(test_a_sink_can_stop_the_answer),
		cmocka_unit_test(test_sizes_are_capped),
		cmocka_unit_test(test_broken_answers),
		cmocka_unit_test(test_header_fields_with_line_breaks_are_refused),
		cmocka_unit_test(test_plain_http_stays_on_the_machine),
		cmocka_unit_test(test_plain_http_to_services_of_the_host),
		cmocka_unit_test(test_hosts_that_cannot_be_reached),
		cmocka_unit_test(test_localhost_names_need_no_name_service),
		cmocka_unit_test(test_a_connection_that_is_not_taken_times_out),
		cmocka_unit_test(test_silence_ends_at_the_idle_limit),
		cmocka_unit_test(test_an_interruption_stops_all_exchanges),
		cmocka_unit_test(test_a_batch_goes_in_parallel),
		cmocka_unit_test(test_connections_are_kept),
		cmocka_unit_test(test_an_exchange_can_be_sent_again),
		cmocka_unit_test(test_a_request_within_a_sink_is_refused),
		cmocka_unit_test(test_proxy_variables_are_not_read),
		cmocka_unit_test(test_header_lists),
	};
	return cmocka_run_group_tests(tests, start_server, stop_server);
}
