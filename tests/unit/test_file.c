/* acr/file.h */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/clock.h>
#include <acr/file.h>

static char folder[] = "/tmp/acr-test-file-XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	umask(022);
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *command = acr_format("chmod -R u+rwx '%s' && rm -rf '%s'", folder, folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void assert_contents(const char *path, const char *expected)
{
	ACR_AUTO(acr_buf) got = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(path, &got, NULL), 0);
	assert_string_equal(acr_buf_str(&got), expected);
}

static void replace(const char *path, const char *text, mode_t mode)
{
	struct acr_error error = ACR_ERROR_INIT;
	if (acr_file_replace(path, text, strlen(text), mode, &error) < 0) {
		fail_msg("%s", error.message);
	}
}

static mode_t mode_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static void assert_error(struct acr_error *error, int code, const char *message)
{
	assert_int_equal(error->code, code);
	assert_string_equal(error->message, message);
	acr_error_clear(error);
}

static void test_reading(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	replace("read", "two\n", 0600);
	acr_buf_puts(&out, "one ");
	assert_int_equal(acr_file_read("read", &out, &error), 0);
	assert_string_equal(acr_buf_str(&out), "one two\n");
	assert_int_equal(acr_file_read("missing", &out, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot read 'missing': No such file or directory");
	assert_int_equal(acr_file_read(".", &out, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot read '.': Is a directory");
	ACR_AUTO(acr_buf) small = ACR_BUF_INIT_MAX(3);
	assert_int_equal(acr_file_read("read", &small, &error), ACR_ERROR_LIMIT);
	assert_error(&error, ACR_ERROR_LIMIT, "cannot read 'read': it is larger than 3 bytes");
	ACR_AUTO(acr_buf) enough = ACR_BUF_INIT_MAX(4);
	assert_int_equal(acr_file_read("read", &enough, &error), 0);
}

static void test_reading_standard_input(void **state)
{
	(void)state;
	int ends[2], saved = dup(STDIN_FILENO);
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	int code = acr_file_read("-", &out, NULL);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_int_equal(code, 0);
	assert_string_equal(acr_buf_str(&out), "piped");
}

static void test_replacing_sets_modes(void **state)
{
	(void)state;
	replace("new", "a", 0644);
	assert_int_equal(mode_of("new"), 0644);
	replace("secret", "a", 0600);
	assert_int_equal(mode_of("secret"), 0600);
	chmod("new", 0600); /* made narrower by its owner */
	replace("new", "b", 0644);
	assert_int_equal(mode_of("new"), 0600);
	chmod("secret", 0644); /* ours is narrower */
	replace("secret", "b", 0600);
	assert_int_equal(mode_of("secret"), 0600);
	umask(077);
	replace("masked", "a", 0644);
	umask(022);
	assert_int_equal(mode_of("masked"), 0600);
	assert_contents("new", "b");
}

static void test_replacing_follows_links(void **state)
{
	(void)state;
	assert_int_equal(mkdir("real", 0700), 0);
	replace("real/target", "old", 0600);
	assert_int_equal(symlink("real/target", "link"), 0);
	assert_int_equal(symlink("link", "second"), 0);
	replace("second", "new", 0600);
	struct stat status;
	assert_int_equal(lstat("second", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_contents("real/target", "new");
	assert_int_equal(symlink("real/later", "dangling"), 0);
	replace("dangling", "made", 0600);
	assert_contents("real/later", "made");

	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(acr_file_replace("loop", "x", 1, 0600, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot find 'loop': Too many levels of symbolic links");
}

static size_t entries_of(const char *path)
{
	size_t count = 0;
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir));) {
		count += entry->d_name[0] != '.';
	}
	closedir(dir);
	return count;
}

static void test_replacing_leaves_nothing_behind_on_failure(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(acr_file_replace("no/such/file", "x", 1, 0600, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot write 'no/such/file': No such file or directory");
	assert_int_equal(mkdir("box", 0700), 0);
	assert_int_equal(mkdir("box/taken", 0700), 0);
	assert_int_equal(acr_file_replace("box/taken", "x", 1, 0600, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot write 'box/taken': Is a directory");
	assert_int_equal(entries_of("box"), 1);
}

static void test_readers_never_see_a_part(void **state)
{
	(void)state;
	char old[5000], new[5000];
	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	assert_int_equal(acr_file_replace("whole", old, sizeof(old), 0600, NULL), 0);
	pid_t child = fork();
	if (child == 0) {
		for (int i = 0; i < 200; i++) {
			if (acr_file_replace("whole", i % 2 ? old : new, sizeof(old), 0600, NULL) < 0) {
				_exit(1);
			}
		}
		_exit(0);
	}
	int status = 0;
	while (waitpid(child, &status, WNOHANG) == 0) {
		ACR_AUTO(acr_buf) got = ACR_BUF_INIT;
		assert_int_equal(acr_file_read("whole", &got, NULL), 0);
		assert_int_equal(got.length, sizeof(old));
		assert_true(memcmp(got.data, old, sizeof(old)) == 0 || memcmp(got.data, new, sizeof(new)) == 0);
	}
	assert_int_equal(status, 0);
}

static void test_making_folders(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(acr_folder_make("one/two//three/", &error), 0);
	assert_int_equal(mode_of("one/two/three"), 0700);
	assert_int_equal(mode_of("one"), 0700);
	assert_int_equal(acr_folder_make("one/two", &error), 0);
	assert_int_equal(acr_folder_make("/", &error), 0);
	ACR_AUTO_FREE char *absolute = acr_format("%s/abs/olute", folder);
	assert_int_equal(acr_folder_make(absolute, &error), 0);
	replace("file", "x", 0600);
	assert_int_equal(acr_folder_make("file/below", &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot make the folder 'file': Not a directory");
}

static void test_locks_exclude_each_other(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	const struct acr_clock *clock = &acr_clock_system;
	int first = acr_file_lock("lock", 0, &error);
	assert_true(first >= 0);
	assert_int_equal(mode_of("lock"), 0600);
	int64_t start = clock->ticks(clock);
	assert_int_equal(acr_file_lock("lock", 60, &error), ACR_ERROR_TIMEOUT);
	assert_true(clock->ticks(clock) - start >= 60);
	assert_error(&error, ACR_ERROR_TIMEOUT, "cannot lock 'lock': another process has kept it for 60 ms");
	acr_file_unlock(first);
	int second = acr_file_lock("lock", 0, &error);
	assert_true(second >= 0);
	acr_file_unlock(second);
	acr_file_unlock(-1);
	assert_int_equal(acr_file_lock("no/lock", 0, &error), ACR_ERROR_FILE);
	assert_error(&error, ACR_ERROR_FILE, "cannot lock 'no/lock': No such file or directory");
}

static void test_a_lock_ends_with_its_process(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		char byte = acr_file_lock("held", 0, NULL) >= 0 ? 'y' : 'n';
		_exit(write(ends[1], &byte, 1) == 1 ? (pause(), 0) : 1);
	}
	char byte = 0;
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(acr_file_lock("held", 0, NULL), ACR_ERROR_TIMEOUT);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	int lock = acr_file_lock("held", 1000, NULL);
	assert_true(lock >= 0);
	acr_file_unlock(lock);
	close(ends[0]);
	close(ends[1]);
}

static void test_joining_paths(void **state)
{
	(void)state;
	static const char *const cases[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *path = acr_path_join(cases[i][0], cases[i][1]);
		assert_string_equal(path, cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_reading_standard_input),
		cmocka_unit_test(test_replacing_sets_modes),
		cmocka_unit_test(test_replacing_follows_links),
		cmocka_unit_test(test_replacing_leaves_nothing_behind_on_failure),
		cmocka_unit_test(test_readers_never_see_a_part),
		cmocka_unit_test(test_making_folders),
		cmocka_unit_test(test_locks_exclude_each_other),
		cmocka_unit_test(test_a_lock_ends_with_its_process),
		cmocka_unit_test(test_joining_paths),
	};
	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
