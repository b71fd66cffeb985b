/* The cache shared by processes: margins, permissions, damage, locks, and many processes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/cache.h>
#include <acr/file.h>
#include "fake_clock.h"
#include "scratch.h"

#define KIND "registry-access"

struct fixture {
	char *parent, *folder; /* `folder` is not there yet */
	struct fake_clock clock;
	struct acr_cache *cache;
	int warnings;
	char warning[512];
};

static void warn(void *user, const char *line)
{
	struct fixture *f = user;

	f->warnings++;
	snprintf(f->warning, sizeof(f->warning), "%s", line);
}

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));
	f->parent = scratch_folder_new();
	f->folder = acr_path_join(f->parent, "a/b");
	fake_clock_init(&f->clock);
	f->cache = acr_cache_new(f->folder, &f->clock.clock, warn, f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	acr_cache_free(f->cache);
	scratch_folder_free(f->parent);
	free(f->folder);
	free(f);
	return 0;
}

static void put(struct acr_cache *cache, const char *key, const char *text, int64_t expires_on)
{
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_string(text);

	acr_cache_put(cache, KIND, key, value, expires_on);
}

static void assert_value(struct acr_cache *cache, const char *key, int margin, const char *expected)
{
	ACR_AUTO_PTR(acr_json) *value = acr_cache_get(cache, KIND, key, margin);

	if (!expected) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_string_equal(acr_json_string(value), expected);
}

/* The only file in the folder whose name ends so, yours to free(); NULL when there is none. */
static char *file_ending(const struct fixture *f, const char *ending)
{
	DIR *folder = opendir(f->folder);
	struct dirent *item;
	char *found = NULL;

	while (folder && (item = readdir(folder))) {
		size_t length = strlen(item->d_name);

		if (length >= strlen(ending) && strcmp(item->d_name + length - strlen(ending), ending) == 0) {
			assert_null(found);
			found = acr_path_join(f->folder, item->d_name);
		}
	}
	if (folder)
		closedir(folder);
	return found;
}

static void test_another_process_finds_it(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *other = acr_cache_new(f->folder, &f->clock.clock, NULL, NULL);

	assert_value(f->cache, "k", 0, NULL);
	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_value(f->cache, "k", 0, "v");
	assert_value(other, "k", 0, "v");
	assert_value(other, "K", 0, NULL);
	put(other, "k", "new", FAKE_CLOCK_START + 100);
	assert_value(f->cache, "k", 0, "new");
	acr_cache_drop(other, KIND, "k");
	assert_value(other, "k", 0, NULL);
	assert_value(f->cache, "k", 0, NULL);
	assert_int_equal(f->warnings, 0);
}

static void test_kinds_are_apart(void **state)
{
	struct fixture *f = *state;

	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_null(acr_cache_get(f->cache, "registry-refresh", "k", 0));
}

static void test_margin(void **state)
{
	struct fixture *f = *state;

	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_value(f->cache, "k", 99, "v");
	assert_value(f->cache, "k", 100, NULL);
	f->clock.elapsed_ms = 99000;
	assert_value(f->cache, "k", 0, "v");
	f->clock.elapsed_ms = 100000;
	assert_value(f->cache, "k", 0, NULL);
}

static void test_files_are_private(void **state)
{
	struct fixture *f = *state;
	struct stat status;

	put(f->cache, "https://secret.example.test", "v", FAKE_CLOCK_START + 100);
	ACR_AUTO_FREE char *path = file_ending(f, ".json");
	assert_non_null(path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(stat(f->folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_null(strstr(path, "secret"));
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(path, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), "{\"expires_on\":1700000100,\"value\":\"v\"}");
}

static void damage(const struct fixture *f, const char *text)
{
	ACR_AUTO_FREE char *path = file_ending(f, ".json");

	assert_non_null(path);
	assert_int_equal(acr_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void test_damaged_file_is_absent(void **state)
{
	static const char *const texts[] = {"",
					    "{\"expires_on\":17000001",
					    "[]",
					    "{\"value\":1}",
					    "{\"expires_on\":99}",
					    "{\"expires_on\":1e300,\"value\":1}",
					    "{\"expires_on\":-1,\"value\":1}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(texts); i++) {
		put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
		damage(f, texts[i]);
		assert_value(f->cache, "k", 0, NULL);
	}
	assert_int_equal(f->warnings, 1);
	assert_non_null(strstr(f->warning, "cannot use the cache in '"));
	assert_non_null(strstr(f->warning, "is damaged"));
	assert_non_null(strstr(f->warning, "); going on without it"));
	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_value(f->cache, "k", 0, "v");
}

static void test_huge_file_is_absent(void **state)
{
	struct fixture *f = *state;

	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	ACR_AUTO_FREE char *path = file_ending(f, ".json");
	assert_int_equal(truncate(path, (off_t)8 << 20), 0);
	assert_value(f->cache, "k", 0, NULL);
	assert_int_equal(f->warnings, 1);
}

/* Nobody waits for what is no file at all. */
static void test_fifo_is_absent(void **state)
{
	struct fixture *f = *state;

	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	ACR_AUTO_FREE char *path = file_ending(f, ".json");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_value(f->cache, "k", 0, NULL);
	assert_non_null(strstr(f->warning, "is no file of yours"));
	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_value(f->cache, "k", 0, "v");
}

/* What another user left in a folder that is open to all. */
static void test_file_of_another_user_is_absent(void **state)
{
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	put(f->cache, "k", "v", FAKE_CLOCK_START + 100);
	ACR_AUTO_FREE char *path = file_ending(f, ".json");
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(f->folder, &f->clock.clock, warn, f);
	ACR_AUTO_FREE char *middle = acr_path_join(f->parent, "a");
	assert_int_equal(chmod(f->parent, 0755) | chmod(middle, 0755) | chmod(f->folder, 0755) | chmod(path, 0644), 0);
	assert_int_equal(chown(path, 1234, 1234), 0);
	assert_int_equal(seteuid(65534), 0);
	ACR_AUTO_PTR(acr_json) *found = acr_cache_get(cache, KIND, "k", 0);
	assert_int_equal(seteuid(0), 0);
	assert_null(found);
	assert_non_null(strstr(f->warning, "is no file of yours"));
	assert_value(f->cache, "k", 0, "v");
}

/* A folder that cannot be made must not make anything fail; the process still remembers. */
static void test_unwritable(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *file = acr_path_join(f->parent, "file");
	ACR_AUTO_FREE char *folder = acr_path_join(file, "below");

	assert_int_equal(acr_file_replace(file, "x", 1, 0600, NULL), 0);
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(folder, &f->clock.clock, warn, f);
	assert_true(acr_cache_lock(cache, KIND, "k") < 0);
	put(cache, "k", "v", FAKE_CLOCK_START + 100);
	put(cache, "k2", "v2", FAKE_CLOCK_START + 100);
	assert_value(cache, "k", 0, "v");
	assert_value(cache, "k2", 0, "v2");
	acr_cache_drop(cache, KIND, "k");
	assert_value(cache, "k", 0, NULL);
	assert_int_equal(f->warnings, 1);
	assert_non_null(strstr(f->warning, "Not a directory"));
}

static void test_memory_only(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new("", &f->clock.clock, warn, f);
	ACR_AUTO_PTR(acr_cache) *other = acr_cache_new(NULL, &f->clock.clock, NULL, NULL);

	put(cache, "k", "v", FAKE_CLOCK_START + 100);
	assert_value(cache, "k", 0, "v");
	assert_value(other, "k", 0, NULL);
	assert_true(acr_cache_lock(cache, KIND, "k") < 0);
	acr_cache_unlock(-1);
	acr_cache_drop(cache, KIND, "k");
	assert_value(cache, "k", 0, NULL);
	assert_int_equal(f->warnings, 0);
}

static void test_old_files_are_swept(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *bystander = acr_path_join(f->folder, "notes.json");

	put(f->cache, "old", "v", FAKE_CLOCK_START + 100);
	ACR_AUTO_FREE char *old = file_ending(f, ".json");
	assert_int_equal(acr_file_replace(bystander, "x", 1, 0600, NULL), 0);
	const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	assert_int_equal(utimensat(AT_FDCWD, bystander, long_ago, 0), 0);
	f->clock.elapsed_ms = (int64_t)(100 + 24 * 60 * 60 + 1) * 1000;
	ACR_AUTO_PTR(acr_cache) *later = acr_cache_new(f->folder, &f->clock.clock, NULL, NULL);
	put(later, "new", "v", FAKE_CLOCK_START + 1000000);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(bystander, F_OK), 0);
	assert_value(later, "new", 0, "v");
}

static void test_lock_excludes(void **state)
{
	struct fixture *f = *state;
	int lock = acr_cache_lock(f->cache, KIND, "k");
	int other = acr_cache_lock(f->cache, KIND, "another");

	assert_true(lock >= 0);
	assert_true(other >= 0);
	acr_cache_unlock(other);
	DIR *folder = opendir(f->folder);
	int busy = 0, locks = 0;
	for (struct dirent *item; (item = readdir(folder));) {
		if (!strstr(item->d_name, ".lock"))
			continue;
		ACR_AUTO_FREE char *name = acr_path_join(f->folder, item->d_name);
		int again = acr_file_lock(name, 0, NULL);

		locks++;
		busy += again == ACR_ERROR_TIMEOUT;
		if (again >= 0)
			acr_file_unlock(again);
	}
	closedir(folder);
	assert_int_equal(locks, 2);
	assert_int_equal(busy, 1);
	acr_cache_unlock(lock);
}

/* What one of many processes does: look, lock, look again, make. It leaves a mark when it had to make the value. */
static void act(const struct fixture *f, int number)
{
	struct acr_cache *cache = acr_cache_new(f->folder, &acr_clock_system, NULL, NULL);
	int64_t now = acr_clock_system.now(&acr_clock_system);
	struct acr_json *value = acr_cache_get(cache, KIND, "k", 0);

	if (!value) {
		int lock = acr_cache_lock(cache, KIND, "k");

		value = acr_cache_get(cache, KIND, "k", 0);
		if (!value) {
			ACR_AUTO_FREE char *mark = acr_format("%s/made-%d", f->parent, number);
			int file = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

			close(file);
			put(cache, "k", "the value", now + 1000);
			value = acr_cache_get(cache, KIND, "k", 0);
		}
		acr_cache_unlock(lock);
	}
	bool good = value && strcmp(acr_json_string(value), "the value") == 0;
	acr_json_free(value);
	acr_cache_free(cache);
	_exit(good ? 0 : 1);
}

static int count_marks(const struct fixture *f)
{
	DIR *folder = opendir(f->parent);
	int count = 0;

	for (struct dirent *item; (item = readdir(folder));)
		count += strncmp(item->d_name, "made-", 5) == 0;
	closedir(folder);
	return count;
}

static void test_two_hundred_processes(void **state)
{
	struct fixture *f = *state;
	int status, failures = 0;

	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			act(f, i);
	}
	while (wait(&status) > 0)
		failures += status != 0;
	assert_int_equal(failures, 0);
	assert_int_equal(count_marks(f), 1);
}

/* A process that is killed at any moment leaves the old value or the new one, and no lock. */
static void test_kill(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(f->folder, &acr_clock_system, warn, f);
	int64_t now = acr_clock_system.now(&acr_clock_system);

	put(cache, "k", "the value", now + 1000);
	for (int i = 0; i < 60; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct acr_cache *own = acr_cache_new(f->folder, &acr_clock_system, NULL, NULL);

			for (;;) {
				int lock = acr_cache_lock(own, KIND, "k");

				put(own, "k", "the value", now + 1000);
				acr_cache_unlock(lock);
			}
		}
		usleep((useconds_t)(i * 137 % 5000));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_value(cache, "k", 0, "the value");
		int lock = acr_cache_lock(cache, KIND, "k");
		assert_true(lock >= 0);
		acr_cache_unlock(lock);
	}
	assert_int_equal(f->warnings, 0);
}

static size_t count_listed(struct acr_cache *cache, const char *kind)
{
	ACR_AUTO_PTR(acr_json) *list = acr_cache_list(cache, kind);

	return acr_json_size(list);
}

static void test_list_and_clear(void **state)
{
	struct fixture *f = *state;
	int64_t now = FAKE_CLOCK_START;
	ACR_AUTO_PTR(acr_cache) *other = acr_cache_new(f->folder, &f->clock.clock, warn, f);
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_string("of another kind");

	assert_int_equal(count_listed(f->cache, KIND), 0);
	acr_cache_clear(f->cache, KIND);
	put(f->cache, "a", "one", now + 100);
	put(f->cache, "b", "two", now + 200);
	acr_cache_put(f->cache, KIND "-more", "a", value, now + 100);
	assert_int_equal(count_listed(other, KIND), 2);
	assert_int_equal(count_listed(other, KIND "-more"), 1);
	assert_int_equal(count_listed(other, "registry"), 0);
	f->clock.elapsed_ms += 150000;
	assert_int_equal(count_listed(other, KIND), 1);
	acr_cache_clear(other, KIND);
	assert_int_equal(count_listed(other, KIND), 0);
	assert_int_equal(count_listed(f->cache, KIND), 0);
	assert_value(f->cache, "b", 0, NULL);
	assert_int_equal(f->warnings, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_another_process_finds_it),
		TEST(test_kinds_are_apart),
		TEST(test_margin),
		TEST(test_files_are_private),
		TEST(test_damaged_file_is_absent),
		TEST(test_huge_file_is_absent),
		TEST(test_fifo_is_absent),
		TEST(test_file_of_another_user_is_absent),
		TEST(test_unwritable),
		TEST(test_memory_only),
		TEST(test_old_files_are_swept),
		TEST(test_lock_excludes),
		TEST(test_two_hundred_processes),
		TEST(test_kill),
		TEST(test_list_and_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
