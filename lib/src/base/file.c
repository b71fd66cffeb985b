/* Small files: read whole, replace at once, lock. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <acr/clock.h>
#include <acr/encode.h>
#include <acr/file.h>

#define MAX_LINKS 40
#define LOCK_POLL_MS 20
#define RANDOM_DIGITS 16 /* of a temporary file's name */

static int read_all(int descriptor, const char *name, struct acr_buf *out, struct acr_error *error)
{
	char block[16384];
	for (;;) {
		ssize_t got = read(descriptor, block, sizeof(block));
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return acr_fail_errno(error, errno, "cannot read %s", name);
		}
		if (got == 0) {
			return 0;
		}
		acr_buf_add(out, block, (size_t)got);
		if (out->overflow) {
			return acr_fail(error, ACR_ERROR_LIMIT, "cannot read %s: it is larger than %zu bytes", name,
					out->max);
		}
	}
}

int acr_file_read(const char *path, struct acr_buf *out, struct acr_error *error)
{
	if (strcmp(path, "-") == 0) {
		return read_all(STDIN_FILENO, "standard input", out, error);
	}
	ACR_AUTO_FREE char *name = acr_format("'%s'", path);
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		return acr_fail_errno(error, errno, "cannot read %s", name);
	}
	int code = read_all(descriptor, name, out, error);
	close(descriptor);
	return code;
}

/* The folder of a path, "." when it names none. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash) {
		return acr_strdup(".");
	}
	return slash == path ? acr_strdup("/") : acr_strndup(path, (size_t)(slash - path));
}

char *acr_path_join(const char *folder, const char *name)
{
	size_t length = strlen(folder);
	if (!length) {
		return acr_strdup(name);
	}
	return acr_format("%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
}

int acr_file_target(const char *path, char **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *at = acr_strdup(path);
	for (int i = 0; i < MAX_LINKS; i++) {
		char target[PATH_MAX];
		ssize_t length = readlink(at, target, sizeof(target) - 1);
		if (length < 0) {
			*ret = TAKE(at);
			return 0;
		}
		target[length] = '\0';
		ACR_AUTO_FREE char *folder = folder_of(at);
		char *next = target[0] == '/' ? acr_strdup(target) : acr_path_join(folder, target);
		free(at);
		at = next;
	}
	return acr_fail_errno(error, ELOOP, "cannot find '%s'", path);
}

static int write_all(int descriptor, const char *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(descriptor, bytes, length);
		if (put < 0 && errno != EINTR) {
			return -1;
		}
		bytes += put > 0 ? put : 0;
		length -= put > 0 ? (size_t)put : 0;
	}
	return 0;
}

/* Give the new file what the old one had: narrower permissions, and its owner when we are somebody else. */
static int inherit(int descriptor, const char *path, mode_t mode)
{
	struct stat old, new;
	if (stat(path, &old) < 0) {
		return errno == ENOENT ? 0 : -1;
	}
	if (fstat(descriptor, &new) < 0 || fchmod(descriptor, mode & old.st_mode & 0777) < 0) {
		return -1;
	}
	/* Under sudo the user must not lose the file; without the right to give it away it stays ours. */
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) && fchown(descriptor, old.st_uid, old.st_gid) < 0) {
		return errno == EPERM ? 0 : -1;
	}
	return 0;
}

/* The new name must survive a power failure as well as the contents do. */
static int sync_folder(const char *path)
{
	ACR_AUTO_FREE char *folder = folder_of(path);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0) {
		return errno == EACCES ? 0 : -1;
	}
	/* Some file systems cannot sync a folder. */
	int result = fsync(descriptor) < 0 && errno != EINVAL ? -1 : 0;
	close(descriptor);
	return result;
}

int acr_file_replace(const char *path, const void *bytes, size_t length, mode_t mode, struct acr_error *error)
{
	ACR_AUTO_FREE char *target = NULL;
	int code = acr_file_target(path, &target, error);
	if (code < 0) {
		return code;
	}
	uint64_t random;
	acr_random(&random, sizeof(random));
	ACR_AUTO_FREE char *temporary = acr_format("%s.%0*llx", target, RANDOM_DIGITS, (unsigned long long)random);
	int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (descriptor < 0) {
		return acr_fail_errno(error, errno, "cannot write '%s'", path);
	}
	bool written = inherit(descriptor, target, mode) == 0 && write_all(descriptor, bytes, length) == 0 &&
		       fsync(descriptor) == 0;
	int saved_errno = errno;
	if (close(descriptor) < 0 && written) {
		written = false;
		saved_errno = errno;
	}
	if (written && (rename(temporary, target) < 0 || sync_folder(target) < 0)) {
		written = false;
		saved_errno = errno;
	}
	if (!written) {
		unlink(temporary);
		return acr_fail_errno(error, saved_errno, "cannot write '%s'", path);
	}
	return 0;
}

void acr_file_tidy(const char *path)
{
	ACR_AUTO_FREE char *folder = folder_of(path);
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name);
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		const char *rest = entry->d_name + length + 1;
		if (strlen(entry->d_name) == length + 1 + RANDOM_DIGITS && strncmp(entry->d_name, name, length) == 0 &&
		    rest[-1] == '.' && strspn(rest, "0123456789abcdef") == RANDOM_DIGITS) {
			unlinkat(dirfd(directory), entry->d_name, 0);
		}
	}
	if (directory) {
		closedir(directory);
	}
}

static int make_one(const char *path, struct acr_error *error)
{
	struct stat status;
	if (mkdir(path, 0700) == 0) {
		return 0;
	}
	int saved_errno = errno;
	/* Whatever mkdir() says (EEXIST, EROFS, EACCES): a folder that is there is fine. */
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		return 0;
	}
	return acr_fail_errno(error, saved_errno == EEXIST ? ENOTDIR : saved_errno, "cannot make the folder '%s'",
			      path);
}

int acr_folder_make(const char *path, struct acr_error *error)
{
	ACR_AUTO_FREE char *partial = acr_strdup(path);
	for (char *slash = strchr(partial + strspn(partial, "/"), '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		int code = make_one(partial, error);
		if (code < 0) {
			return code;
		}
		*slash = '/';
	}
	return make_one(partial, error);
}

int acr_file_lock(const char *path, int timeout_ms, struct acr_error *error)
{
	const struct acr_clock *clock = &acr_clock_system;
	int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (descriptor < 0) {
		return acr_fail_errno(error, errno, "cannot lock '%s'", path);
	}
	int64_t end = clock->ticks(clock) + timeout_ms;
	while (flock(descriptor, LOCK_EX | LOCK_NB) < 0) {
		int saved_errno = errno;
		if (saved_errno == EINTR) {
			continue;
		}
		if (saved_errno != EWOULDBLOCK) {
			close(descriptor);
			return acr_fail_errno(error, saved_errno, "cannot lock '%s'", path);
		}
		if (clock->ticks(clock) >= end) {
			close(descriptor);
			return acr_fail(error, ACR_ERROR_TIMEOUT,
					"cannot lock '%s': another process has kept it for %d ms", path, timeout_ms);
		}
		int code = clock->sleep(clock, LOCK_POLL_MS, error);
		if (code < 0) {
			close(descriptor);
			return code;
		}
	}
	return descriptor;
}

void acr_file_unlock(int descriptor)
{
	if (descriptor >= 0) {
		close(descriptor);
	}
}
