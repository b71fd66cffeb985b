/* Base images that need no network: they stand in for well-known names, latest only. Each is made when a run first
 * wants it, in an image storage of its own, which the storages of runs refer to.
 *
 * hello-world is a program of ours. busybox is there when the machine has a busybox that needs no libraries. */
#include "agent.h"

#include <acr/image.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program of the hello-world image, built from hello/hello.c; HELLO_PROGRAM is the path the Makefile gives. */
__asm__(".section .rodata\n"
	".balign 16\n"
	"hello_program: .incbin \"" HELLO_PROGRAM "\"\n"
	"hello_program_end:\n"
	".previous\n");
extern const char hello_program[], hello_program_end[];

#define APPLETS_MAX ((size_t)64 << 10)

static int fill_hello(const char *root, struct acr_error *error);
static int fill_busybox(const char *root, struct acr_error *error);

static const struct stand_in {
	const char *name; /* of its folder */
	const char *references[4];
	const char *dockerfile;
	/* Put the files of the image into a folder. ACR_ERROR_NOT_FOUND: the machine does not have them. */
	int (*fill)(const char *root, struct acr_error *error);
} stand_ins[] = {
	{
		.name = "hello-world",
		.references = {"docker.io/library/hello-world", "mcr.microsoft.com/hello-world",
			       "mcr.microsoft.com/mcr/hello-world"},
		.dockerfile = "FROM scratch\nCOPY . /\nCMD [\"/hello\"]\n",
		.fill = fill_hello,
	},
	{
		.name = "busybox",
		.references = {"docker.io/library/busybox"},
		.dockerfile = "FROM scratch\nCOPY . /\nENV PATH=/bin\nCMD [\"sh\"]\n",
		.fill = fill_busybox,
	},
};

static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static char *folder_of(const struct stand_in *image)
{
	return acr_format("%s/agent/images/%s", emulator.state, image->name);
}

/* ---- what is in them ---------------------------------------------------------------------------------------- */

static int write_file(const char *root, const char *name, const void *bytes, size_t length, mode_t mode,
		      struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(root, name);
	if (acr_file_replace(path, bytes, length, mode, error) < 0)
		return error->code;
	if (chmod(path, mode) < 0)
		return acr_fail_errno(error, errno, "cannot set the mode of '%s'", path);
	return 0;
}

static int fill_hello(const char *root, struct acr_error *error)
{
	return write_file(root, "hello", hello_program, (size_t)(hello_program_end - hello_program), 0755, error);
}

/* Whether an executable asks for no program interpreter, that is, is linked statically. */
static bool is_static(const struct acr_buf *program)
{
	Elf64_Ehdr header;
	if (program->length < sizeof(header) || memcmp(program->data, ELFMAG, SELFMAG) != 0 ||
	    program->data[EI_CLASS] != ELFCLASS64)
		return false;
	memcpy(&header, program->data, sizeof(header));
	for (size_t i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;
		size_t at = header.e_phoff + i * sizeof(segment);
		if (at + sizeof(segment) > program->length)
			return false;
		memcpy(&segment, program->data + at, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return false;
	}
	return true;
}

static int read_busybox(struct acr_buf *program, struct acr_error *error)
{
	const char *path = getenv("PATH");
	for (path = path ? path : "/bin"; *path; path += strspn(path, ":")) {
		size_t length = strcspn(path, ":");
		ACR_AUTO_FREE char *file = acr_format("%.*s/busybox", (int)length, path);
		path += length;
		acr_buf_reset(program);
		if (access(file, X_OK) == 0 && acr_file_read(file, program, NULL) == 0 && is_static(program))
			return 0;
	}
	return acr_fail(error, ACR_ERROR_NOT_FOUND, "this machine has no statically linked busybox");
}

/* A link for each of its commands. */
static int link_applets(const char *folder, struct acr_error *error)
{
	struct acr_buf list = ACR_BUF_INIT_MAX(APPLETS_MAX);
	struct child child = {.folder = folder, .capture = &list};
	words_add(&child.arguments, "./busybox");
	words_add(&child.arguments, "--list");
	int result = child_run_quietly(&child, error);
	child_clear(&child);
	if (result > 0)
		result = acr_fail(error, ACR_ERROR_GENERAL, "busybox cannot list its commands");
	char *save = NULL;
	for (char *name = result == 0 ? strtok_r(list.data, "\n", &save) : NULL; name;
	     name = strtok_r(NULL, "\n", &save)) {
		ACR_AUTO_FREE char *path = acr_path_join(folder, name);
		if (symlink("busybox", path) < 0 && errno != EEXIST) {
			result = acr_fail_errno(error, errno, "cannot create '%s'", path);
			break;
		}
	}
	acr_buf_clear(&list);
	return result;
}

static int fill_busybox(const char *root, struct acr_error *error)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
	static const char group[] = "root:x:0:\nnogroup:x:65534:\n";
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"bin", 0755}, {"etc", 0755}, {"root", 0700}, {"tmp", 01777}};
	ACR_AUTO(acr_buf) program = ACR_BUF_INIT;
	if (read_busybox(&program, error) < 0)
		return error->code;
	for (size_t i = 0; i < ACR_COUNT(folders); i++) {
		ACR_AUTO_FREE char *path = acr_path_join(root, folders[i].name);
		if (mkdir(path, folders[i].mode) < 0 || chmod(path, folders[i].mode) < 0)
			return acr_fail_errno(error, errno, "cannot create '%s'", path);
	}
	if (write_file(root, "etc/passwd", passwd, sizeof(passwd) - 1, 0644, error) < 0 ||
	    write_file(root, "etc/group", group, sizeof(group) - 1, 0644, error) < 0 ||
	    write_file(root, "bin/busybox", program.data, program.length, 0755, error) < 0)
		return error->code;
	ACR_AUTO_FREE char *bin = acr_path_join(root, "bin");
	return link_applets(bin, error);
}

/* ---- making one --------------------------------------------------------------------------------------------- */

static int build(const struct stand_in *image, const char *folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *policy = settings_file("policy.json");
	struct child child = {.folder = folder};
	struct words *words = &child.arguments;
	words_add(words, "buildah");
	words_addf(words, "--root=%s/storage", folder);
	words_addf(words, "--runroot=%s/run", folder);
	words_add(words, "--storage-driver=vfs");
	words_add(words, "bud");
	words_addf(words, "--signature-policy=%s", policy);
	words_add(words, "--isolation=chroot");
	words_add(words, "--format=oci");  /* the other one notes the host name of the builder */
	words_add(words, "--timestamp=0"); /* the same image, hence digest, each time */
	words_add(words, "--file=Dockerfile");
	for (size_t i = 0; i < ACR_COUNT(image->references) && image->references[i]; i++)
		words_addf(words, "--tag=%s", image->references[i]);
	words_add(words, "root");
	int result = child_run_quietly(&child, error);
	child_clear(&child);
	if (result > 0)
		result = acr_fail(error, ACR_ERROR_GENERAL, "buildah cannot make the base image '%s'", image->name);
	return result;
}

static int make(const struct stand_in *image, struct acr_error *error)
{
	ACR_AUTO_FREE char *folder = folder_of(image);
	if (access(folder, F_OK) == 0)
		return 0;
	ACR_AUTO_FREE char *partial = acr_format("%s.partial", folder);
	ACR_AUTO_FREE char *root = acr_path_join(partial, "root");
	remove_tree(partial);
	if (acr_folder_make(root, error) < 0)
		return error->code;
	if (chmod(root, 0755) < 0)
		return acr_fail_errno(error, errno, "cannot set the mode of '%s'", root);
	int result = image->fill(root, error);
	if (result == 0)
		result = write_file(partial, "Dockerfile", image->dockerfile, strlen(image->dockerfile), 0644, error);
	if (result == 0)
		result = build(image, partial, error);
	if (result == 0 && rename(partial, folder) < 0)
		result = acr_fail_errno(error, errno, "cannot create '%s'", folder);
	if (result < 0)
		remove_tree(partial);
	return result;
}

/* "name", "name:latest", "docker.io/name" and the like as "docker.io/library/name"; NULL for other tags and digests.
 * Yours to free(). */
static char *full_name(const char *reference)
{
	ACR_AUTO(acr_image) image = {0};
	if (acr_image_parse(reference, true, &image, NULL) < 0 || image.digest || strcmp(image.tag, "latest") != 0)
		return NULL;
	if (image.registry && strcmp(image.registry, "docker.io") != 0 &&
	    strcmp(image.registry, "index.docker.io") != 0)
		return acr_format("%s/%s", image.registry, image.repository);
	return acr_format("docker.io/%s%s", strchr(image.repository, '/') ? "" : "library/", image.repository);
}

static const struct stand_in *find(const char *reference)
{
	ACR_AUTO_FREE char *name = full_name(reference);
	for (size_t i = 0; name && i < ACR_COUNT(stand_ins); i++)
		for (size_t j = 0; j < ACR_COUNT(stand_ins[i].references) && stand_ins[i].references[j]; j++)
			if (!strcmp(stand_ins[i].references[j], name))
				return &stand_ins[i];
	return NULL;
}

int images_prepare(struct run_log *log, const char *reference, struct acr_error *error)
{
	const struct stand_in *image = find(reference);
	if (!image)
		return 0;
	ACR_AUTO(acr_error) failure = ACR_ERROR_INIT;
	pthread_mutex_lock(&making);
	int result = make(image, &failure);
	pthread_mutex_unlock(&making);
	if (result == 0)
		log_line(log, "'%s' is the emulator's own %s image", reference, image->name);
	/* Without it the image is pulled, as any other. */
	return result == ACR_ERROR_NOT_FOUND ? 0 : acr_error_move(error, &failure);
}

int images_locate(const char *reference, char **ret, struct acr_error *error)
{
	const struct stand_in *image = find(reference);
	ACR_AUTO(acr_error) failure = ACR_ERROR_INIT;
	pthread_mutex_lock(&making);
	int result = image ? make(image, &failure) : ACR_ERROR_NOT_FOUND;
	pthread_mutex_unlock(&making);
	if (result < 0 && result != ACR_ERROR_NOT_FOUND)
		return acr_error_move(error, &failure);
	ACR_AUTO_FREE char *folder = result == 0 ? folder_of(image) : NULL;
	*ret = folder ? acr_format("containers-storage:[vfs@%s/storage+%s/run]%s:latest", folder, folder,
				   image->references[0])
		      : NULL;
	return 0;
}

void images_add_options(struct words *arguments)
{
	for (size_t i = 0; i < ACR_COUNT(stand_ins); i++) {
		ACR_AUTO_FREE char *folder = folder_of(&stand_ins[i]);
		if (access(folder, F_OK) < 0)
			continue;
		words_add(arguments, "--storage-opt");
		words_addf(arguments, "vfs.imagestore=%s/storage", folder);
	}
}
