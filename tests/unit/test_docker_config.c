/* Storing logins for docker and podman: the files, and credential helpers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/clock.h>
#include <acr/credential.h>
#include <acr/docker.h>
#include <acr/encode.h>
#include <acr/file.h>
#include <acr/json.h>
#include "auth/docker_helper.h"
#include "scratch.h"

#define TOKEN_AUTH "MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg=="

struct fixture {
	char *folder, *config, *podman, *path; /* `path` is $PATH as it was */
	struct acr_docker_config docker;
	struct acr_error error;
};

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));
	f->folder = scratch_folder_new();
	f->config = acr_path_join(f->folder, "docker/config.json");
	f->podman = acr_path_join(f->folder, "run/auth.json");
	f->docker.docker_folder = acr_path_join(f->folder, "docker");
	f->path = acr_strdup(getenv("PATH"));
	ACR_AUTO_FREE char *path = acr_format("%s:%s", f->folder, f->path);
	setenv("PATH", path, 1);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	setenv("PATH", f->path, 1);
	acr_error_clear(&f->error);
	free((char *)(uintptr_t)f->docker.docker_folder);
	scratch_folder_free(f->folder);
	free(f->config);
	free(f->podman);
	free(f->path);
	free(f);
	return 0;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	ACR_AUTO_FREE char *folder = acr_strndup(path, (size_t)(strrchr(path, '/') - path));

	assert_int_equal(acr_folder_make(folder, NULL), 0);
	unlink(path);
	assert_int_equal(acr_file_replace(path, text, strlen(text), mode, NULL), 0);
}

static void assert_file(const char *path, const char *expected)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	assert_int_equal(acr_file_read(path, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), expected);
}

/* A helper program in the PATH. */
static void write_helper(const struct fixture *f, const char *name, const char *script)
{
	ACR_AUTO_FREE char *path = acr_format("%s/docker-credential-%s", f->folder, name);
	ACR_AUTO_FREE char *text = acr_format("#!/bin/sh\n%s\n", script);

	write_file(path, text, 0700);
}

static int store(struct fixture *f, const char *registry, const char *username, const char *secret)
{
	return acr_docker_store(&f->docker, registry, username, secret, &f->error);
}

static void test_new_file(void **state)
{
	struct fixture *f = *state;
	struct stat status;

	assert_int_equal(store(f, "reg.azurecr.io", ACR_TOKEN_USER, "refresh"), 0);
	assert_file(f->config, "{\n\t\"auths\": {\n\t\t\"reg.azurecr.io\": {\n"
			       "\t\t\t\"auth\": \"" TOKEN_AUTH "\",\n"
			       "\t\t\t\"identitytoken\": \"refresh\"\n\t\t}\n\t}\n}");
	assert_int_equal(stat(f->config, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(stat(f->docker.docker_folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(access(f->podman, F_OK), -1);
}

static void test_password(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store(f, "reg.azurecr.io", "me", "p:w"), 0);
	assert_file(f->config,
		    "{\n\t\"auths\": {\n\t\t\"reg.azurecr.io\": {\n\t\t\t\"auth\": \"bWU6cDp3\"\n\t\t}\n\t}\n}");
}

static void test_other_members_stay(void **state)
{
	struct fixture *f = *state;

	write_file(f->config,
		   "\xef\xbb\xbf{\"zz\":[1,{}],\"auths\":{\"b\":{\"auth\":\"eA==\",\"email\":\"x\"},"
		   "\"reg.azurecr.io\":{\"auth\":\"b2xk\",\"identitytoken\":\"old\"},\"a\":{}},\"HttpHeaders\":{\"k\":"
		   "\"\xc3\xa9\"}}",
		   0644);
	assert_int_equal(store(f, "reg.azurecr.io", "me", "pw"), 0);
	assert_file(f->config, "{\n\t\"zz\": [\n\t\t1,\n\t\t{}\n\t],\n\t\"auths\": {\n"
			       "\t\t\"b\": {\n\t\t\t\"auth\": \"eA==\",\n\t\t\t\"email\": \"x\"\n\t\t},\n"
			       "\t\t\"reg.azurecr.io\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t},\n"
			       "\t\t\"a\": {}\n\t},\n\t\"HttpHeaders\": {\n\t\t\"k\": \"\xc3\xa9\"\n\t}\n}");
	struct stat status;
	assert_int_equal(stat(f->config, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_empty_file(void **state)
{
	struct fixture *f = *state;

	write_file(f->config, "\n", 0600);
	assert_int_equal(store(f, "r", "me", "pw"), 0);
	write_file(f->config, "{\"auths\":null}", 0600);
	assert_int_equal(store(f, "r", "me", "pw"), 0);
	assert_file(f->config, "{\n\t\"auths\": {\n\t\t\"r\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t}\n\t}\n}");
}

static void test_not_json(void **state)
{
	static const char *const texts[] = {"{\"auths\":", "[]", "{\"auths\":[]}", "hello"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(texts); i++) {
		write_file(f->config, texts[i], 0600);
		assert_int_equal(store(f, "reg.azurecr.io", "me", "pw"), ACR_ERROR_FORMAT);
		ACR_AUTO_FREE char *start =
			acr_format("cannot store the login of 'reg.azurecr.io': '%s' is left alone since "
				   "it cannot be understood; repair or remove it: ",
				   f->config);
		assert_memory_equal(f->error.message, start, strlen(start));
		assert_file(f->config, texts[i]);
	}
}

static void test_symbolic_link(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *real = acr_path_join(f->folder, "dotfiles/docker.json");
	ACR_AUTO_FREE char *lock = acr_format("%s.lock", real), *other = acr_format("%s.lock", f->config);
	struct stat status;

	write_file(real, "{\"a\":1}", 0600);
	assert_int_equal(acr_folder_make(f->docker.docker_folder, NULL), 0);
	assert_int_equal(symlink("../dotfiles/docker.json", f->config), 0);
	assert_int_equal(store(f, "r", "me", "pw"), 0);
	assert_int_equal(lstat(f->config, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_int_equal(access(lock, F_OK), 0);
	assert_int_equal(access(other, F_OK), -1);
	assert_file(real, "{\n\t\"a\": 1,\n\t\"auths\": {\n\t\t\"r\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t}\n\t}\n}");
}

static void test_leftovers_of_the_killed(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *name;
		bool stays;
	} cases[] = {
		{"config.json.0123456789abcdef", false}, {"config.json.0123456789abcdeg", true},
		{"config.json.0123456789abcde", true},   {"config.json-0123456789abcdef", true},
		{"other.json.0123456789abcdef", true},
	};

	assert_int_equal(acr_folder_make(f->docker.docker_folder, NULL), 0);
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *path = acr_path_join(f->docker.docker_folder, cases[i].name);
		write_file(path, "x", 0600);
	}
	assert_int_equal(store(f, "r", "me", "pw"), 0);
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *path = acr_path_join(f->docker.docker_folder, cases[i].name);
		assert_int_equal(access(path, F_OK) == 0, cases[i].stays);
	}
}

static void test_podman_file(void **state)
{
	struct fixture *f = *state;

	f->docker.podman_file = f->podman;
	assert_int_equal(store(f, "r", "me", "pw"), 0);
	assert_file(f->podman, "{\n\t\"auths\": {\n\t\t\"r\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t}\n\t}\n}");
	assert_file(f->config, "{\n\t\"auths\": {\n\t\t\"r\": {\n\t\t\t\"auth\": \"bWU6cHc=\"\n\t\t}\n\t}\n}");
}

/* The secret goes through standard input, the identity token under docker's name for it, and not into the file. */
static void test_helper(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *seen = acr_path_join(f->folder, "seen");
	ACR_AUTO_FREE char *script = acr_format("echo \"$*\" > '%s'; cat >> '%s'", seen, seen);

	write_helper(f, "test", script);
	write_file(f->config, "{\"credsStore\":\"test\",\"auths\":{\"reg.azurecr.io\":{\"auth\":\"b2xk\"}}}", 0600);
	assert_int_equal(store(f, "reg.azurecr.io", ACR_TOKEN_USER, "se\"cret"), 0);
	assert_file(seen,
		    "store\n{\"ServerURL\":\"reg.azurecr.io\",\"Username\":\"<token>\",\"Secret\":\"se\\\"cret\"}");
	assert_file(f->config, "{\n\t\"credsStore\": \"test\",\n\t\"auths\": {\n\t\t\"reg.azurecr.io\": {}\n\t}\n}");
	assert_int_equal(store(f, "reg.azurecr.io", "me", "pw"), 0);
	assert_file(seen, "store\n{\"ServerURL\":\"reg.azurecr.io\",\"Username\":\"me\",\"Secret\":\"pw\"}");
}

static void test_helper_of_one_registry_wins(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *seen = acr_path_join(f->folder, "seen");
	ACR_AUTO_FREE char *script = acr_format("cat > '%s'", seen);

	write_helper(f, "one", script);
	write_helper(f, "all", "exit 1");
	write_file(f->config, "{\"credsStore\":\"all\",\"credHelpers\":{\"r1\":\"one\"}}", 0600);
	assert_int_equal(store(f, "r1", "me", "pw"), 0);
	assert_file(seen, "{\"ServerURL\":\"r1\",\"Username\":\"me\",\"Secret\":\"pw\"}");
	assert_int_equal(store(f, "r2", "me", "pw"), ACR_ERROR_GENERAL);
}

static void test_podman_has_no_store(void **state)
{
	struct fixture *f = *state;

	const struct acr_docker_config podman = {.podman_file = f->podman};

	write_file(f->podman, "{\"credsStore\":\"missing\"}", 0600);
	assert_int_equal(acr_docker_store(&podman, "r", "me", "pw", &f->error), 0);
	assert_int_equal(access(f->docker.docker_folder, F_OK), -1);
}

static void test_helper_fails(void **state)
{
	struct fixture *f = *state;

	write_helper(f, "bad", "read line; echo \"no keychain for $line\"; echo 'try harder' >&2; exit 3");
	write_file(f->config, "{\"credsStore\":\"bad\"}", 0600);
	assert_int_equal(store(f, "r", "me", "top-secret"), ACR_ERROR_GENERAL);
	ACR_AUTO_FREE char *expected = acr_format(
		"cannot store the login of 'r': the credential helper 'docker-credential-bad' failed with status 3: "
		"no keychain for {\"ServerURL\":\"r\",\"Username\":\"me\",\"Secret\":\"*\"} try harder; repair it, or "
		"take "
		"'bad' out of credHelpers or credsStore in '%s'",
		f->config);
	assert_string_equal(f->error.message, expected);
	assert_file(f->config, "{\"credsStore\":\"bad\"}");
}

static void test_helper_is_missing(void **state)
{
	struct fixture *f = *state;

	write_file(f->config, "{\"credsStore\":\"desktop.exe\"}", 0600);
	assert_int_equal(store(f, "r", "me", "pw"), ACR_ERROR_FILE);
	assert_non_null(strstr(f->error.message,
			       "cannot run the credential helper 'docker-credential-desktop.exe': No such "
			       "file or directory; repair it, or take 'desktop.exe' out of"));
}

static void test_helper_name_is_a_name(void **state)
{
	struct fixture *f = *state;

	write_file(f->config, "{\"credsStore\":\"x/../../evil\"}", 0600);
	assert_int_equal(store(f, "r", "me", "pw"), ACR_ERROR_FORMAT);
	assert_non_null(strstr(f->error.message, "'x/../../evil' is not the name of a credential helper"));
}

static void test_helper_is_killed(void **state)
{
	struct fixture *f = *state;

	write_helper(f, "bad", "kill -9 $$");
	assert_int_equal(docker_helper_store("bad", "r", "me", "pw", 20000, &f->error), ACR_ERROR_GENERAL);
	assert_string_equal(f->error.message,
			    "the credential helper 'docker-credential-bad' was ended by signal 9: it did not say why");
}

/* One that hangs, also with its output closed or held open by a child, is ended. */
static void test_helper_hangs(void **state)
{
	static const char *const scripts[] = {"exec sleep 60", "exec >&- 2>&-; exec sleep 60",
					      "trap '' TERM; while :; do sleep 0.1; done"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(scripts); i++) {
		int64_t start = acr_clock_system.ticks(&acr_clock_system);

		write_helper(f, "slow", scripts[i]);
		assert_int_equal(docker_helper_store("slow", "r", "me", "pw", 300, &f->error), ACR_ERROR_TIMEOUT);
		assert_string_equal(f->error.message,
				    "the credential helper 'docker-credential-slow' did not end within 1 s");
		assert_true(acr_clock_system.ticks(&acr_clock_system) - start < 30000);
	}
}

static void test_helper_leaves_a_child(void **state)
{
	struct fixture *f = *state;
	int64_t start = acr_clock_system.ticks(&acr_clock_system);

	write_helper(f, "daemon", "sleep 20 & exit 0");
	assert_int_equal(docker_helper_store("daemon", "r", "me", "pw", 20000, &f->error), 0);
	assert_true(acr_clock_system.ticks(&acr_clock_system) - start < 15000);
}

static void test_helper_does_not_read(void **state)
{
	struct fixture *f = *state;

	write_helper(f, "deaf", "exit 0");
	assert_int_equal(docker_helper_store("deaf", "r", "me", "pw", 20000, &f->error), 0);
}

static void test_helper_says_much(void **state)
{
	struct fixture *f = *state;

	write_helper(f, "loud",
		     "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); "
		     "done; exit 1");
	assert_int_equal(docker_helper_store("loud", "r", "me", "pw", 20000, &f->error), ACR_ERROR_GENERAL);
	assert_int_equal(strlen(f->error.message),
			 strlen("the credential helper 'docker-credential-loud' failed with status 1: ") + 1024);
}

static void test_secret_is_too_long(void **state)
{
	struct fixture *f = *state;
	char *secret = acr_alloc((1 << 20) + 1);

	memset(secret, 'x', 1 << 20);
	write_helper(f, "deaf", "exit 0");
	assert_int_equal(docker_helper_store("deaf", "r", "me", secret, 5000, &f->error), ACR_ERROR_LIMIT);
	free(secret);
}

/* Many logins at the same time: each is in the file afterwards. */
static void test_parallel(void **state)
{
	struct fixture *f = *state;
	int status, failures = 0;

	for (int i = 0; i < 64; i++) {
		if (fork() == 0) {
			ACR_AUTO_FREE char *registry = acr_format("reg%d.azurecr.io", i);

			_exit(acr_docker_store(&f->docker, registry, ACR_TOKEN_USER, registry, NULL) == 0 ? 0 : 1);
		}
	}
	while (wait(&status) > 0)
		failures += status != 0;
	assert_int_equal(failures, 0);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *config = NULL;
	assert_int_equal(acr_file_read(f->config, &text, NULL), 0);
	assert_int_equal(acr_json_parse(acr_buf_str(&text), text.length, &config, NULL), 0);
	assert_int_equal(acr_json_size(acr_json_get(config, "auths")), 64);
}

static void test_unwritable(void **state)
{
	struct fixture *f = *state;
	struct acr_docker_config nowhere = {.docker_folder = "/proc/acr-nowhere"};

	assert_int_equal(acr_docker_store(&nowhere, "r", "me", "pw", &f->error), ACR_ERROR_FILE);
	assert_string_equal(f->error.message,
			    "cannot store the login of 'r': cannot make the folder '/proc/acr-nowhere': "
			    "No such file or directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new_file),
		TEST(test_password),
		TEST(test_other_members_stay),
		TEST(test_empty_file),
		TEST(test_not_json),
		TEST(test_symbolic_link),
		TEST(test_leftovers_of_the_killed),
		TEST(test_podman_file),
		TEST(test_helper),
		TEST(test_helper_of_one_registry_wins),
		TEST(test_podman_has_no_store),
		TEST(test_helper_fails),
		TEST(test_helper_is_missing),
		TEST(test_helper_name_is_a_name),
		TEST(test_helper_is_killed),
		TEST(test_helper_hangs),
		TEST(test_helper_leaves_a_child),
		TEST(test_helper_does_not_read),
		TEST(test_helper_says_much),
		TEST(test_secret_is_too_long),
		TEST(test_parallel),
		TEST(test_unwritable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
