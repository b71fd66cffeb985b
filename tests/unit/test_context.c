/* Build contexts: what is packed, in which order, and what is refused. tar(1) is the judge of the archives. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/buf.h>
#include <acr/file.h>
#include <acr/source.h>

#define ENTRY "0123_Dockerfile"

/* A folder of its own for each test: the context is in "c", archives and the like beside it. The working directory
 * is the folder. */
static struct fixture {
	char folder[64];
	int back; /* the working directory before */
	struct acr_context_options options;
	struct acr_buf warnings; /* a line each */
	uint64_t entries, bytes; /* of the last progress */
	pthread_t thread;
	struct acr_error error;
} fixture;

static void on_warning(void *user, const char *line)
{
	(void)user;
	assert_true(pthread_equal(fixture.thread, pthread_self()));
	acr_buf_printf(&fixture.warnings, "%s\n", line);
}

static void on_progress(void *user, uint64_t entries, uint64_t bytes)
{
	(void)user;
	assert_true(pthread_equal(fixture.thread, pthread_self()));
	fixture.entries = entries;
	fixture.bytes = bytes;
}

static int set_up(void **state)
{
	(void)state;
	memset(&fixture, 0, sizeof(fixture));
	strcpy(fixture.folder, "/tmp/acr-context-XXXXXX");
	assert_non_null(mkdtemp(fixture.folder));
	fixture.back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fixture.back >= 0);
	assert_int_equal(chdir(fixture.folder), 0);
	assert_int_equal(mkdir("c", 0755), 0);
	fixture.thread = pthread_self();
	fixture.options = (struct acr_context_options){
		.folder = "c", .docker_ignore = true, .warn = on_warning, .progress = on_progress};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *command = acr_format("rm -rf '%s'", fixture.folder);
	assert_int_equal(fchdir(fixture.back), 0);
	close(fixture.back);
	acr_buf_clear(&fixture.warnings);
	acr_error_clear(&fixture.error);
	return system(command);
}

static void put(const char *path, const char *text)
{
	assert_int_equal(acr_file_replace(path, text, strlen(text), 0644, NULL), 0);
}

static void folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

/* `size` bytes that do not compress. */
static void put_noise(const char *path, size_t size)
{
	ACR_AUTO_FREE char *command = acr_format("head -c %zu /dev/urandom > '%s'", size, path);
	assert_int_equal(system(command), 0);
}

static struct acr_context *open_context(void)
{
	struct acr_context *context = NULL;
	if (acr_context_open(&fixture.options, &context, &fixture.error) != 0) {
		fail_msg("%s", fixture.error.message);
	}
	return context;
}

/* Write what the source still yields to `path`. */
static int drain(struct acr_source *source, const char *path)
{
	char bytes[10000];
	ssize_t length;
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	while ((length = source->read(source, bytes, sizeof(bytes), &fixture.error)) > 0) {
		assert_int_equal(fwrite(bytes, 1, (size_t)length, file), length);
	}
	fclose(file);
	return (int)length;
}

/* Pack the context into `path`. */
static int pack(const char *path)
{
	struct acr_context *context = open_context();
	struct acr_source *source = NULL;
	assert_int_equal(acr_context_archive(context, &source, &fixture.error), 0);
	int code = drain(source, path);
	acr_source_free(source);
	acr_context_free(context);
	return code;
}

/* What a command prints, yours to free(). */
static char *output_of(const char *command)
{
	struct acr_buf text = ACR_BUF_INIT;
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	for (int c; (c = getc(pipe)) != EOF;) {
		acr_buf_putc(&text, (char)c);
	}
	assert_int_equal(pclose(pipe), 0);
	return acr_buf_take(&text);
}

static void assert_output(const char *command, const char *expected)
{
	ACR_AUTO_FREE char *text = output_of(command);
	assert_string_equal(text, expected);
}

/* Pack and compare the names in the archive, one a line. */
static void assert_packed(const char *names)
{
	unlink("a.tgz");
	if (pack("a.tgz") != 0) {
		fail_msg("%s", fixture.error.message);
	}
	assert_output("LC_ALL=C tar -tzf a.tgz", names);
}

static void refuse(int code, const char *message)
{
	struct acr_context *context = NULL;
	assert_int_equal(acr_context_open(&fixture.options, &context, &fixture.error), code);
	assert_string_equal(fixture.error.message, message);
	assert_null(context);
	acr_error_clear(&fixture.error);
}

/* --- entries --- */

static void sorted_entries(void **state)
{
	(void)state;
	folder("c/b");
	folder("c/b.d");
	folder("c/empty");
	put("c/b/z", "12");
	put("c/b/Y", "");
	put("c/b.d/x", "345");
	put("c/a", "6789");
	assert_packed("a\nb/\nb/Y\nb/z\nb.d/\nb.d/x\nempty/\n");
	assert_int_equal(fixture.entries, 7);
	assert_int_equal(fixture.bytes, 9);
	assert_int_equal(fixture.warnings.length, 0);
	folder("out");
	assert_int_equal(system("tar -xzf a.tgz -C out && diff -r c out"), 0);
}

static void attributes(void **state)
{
	(void)state;
	put("c/run", "x");
	assert_int_equal(chmod("c/run", 04751), 0);
	assert_int_equal(
		utimensat(AT_FDCWD, "c/run", (const struct timespec[2]){{1000000000, 5}, {1500000000, 123456789}}, 0),
		0);
	if (geteuid() == 0) {
		assert_int_equal(chown("c/run", 4294967, 54321), 0);
		assert_int_equal(chmod("c/run", 04751), 0);
	}
	assert_int_equal(pack("a.tgz"), 0);
	ACR_AUTO_FREE char *text = output_of("TZ=UTC tar --numeric-owner --full-time -tvzf a.tgz | tr -s ' '");
	ACR_AUTO_FREE char *wanted = acr_format("-rwsr-x--x %u/%u 1 2017-07-14 02:40:00 run\n",
						geteuid() ? geteuid() : 4294967, geteuid() ? getegid() : 54321);
	assert_string_equal(text, wanted);
}

static void links(void **state)
{
	(void)state;
	folder("c/sub");
	put("c/a", "contents");
	assert_int_equal(link("c/a", "c/sub/second"), 0);
	assert_int_equal(symlink("../a", "c/sub/inside"), 0);
	assert_int_equal(symlink("../../x", "c/sub/outside"), 0);
	assert_int_equal(symlink("./sub/../..", "c/up"), 0);
	assert_int_equal(symlink("/etc/hosts", "c/root"), 0);
	assert_int_equal(symlink("nowhere", "c/dangling"), 0);
	assert_int_equal(pack("a.tgz"), 0);
	assert_output("tar -tvzf a.tgz | sed 's/.* [0-9][0-9]:[0-9][0-9] //'",
		      "a\ndangling -> nowhere\nroot -> /etc/hosts\nsub/\nsub/inside -> ../a\n"
		      "sub/outside -> ../../x\nsub/second link to a\nup -> ./sub/../..\n");
	assert_string_equal(
		fixture.warnings.data,
		"The symbolic link 'root' leads out of the context, to '/etc/hosts'. It is packed as it is.\n"
		"The symbolic link 'sub/outside' leads out of the context, to '../../x'. It is packed as it is.\n"
		"The symbolic link 'up' leads out of the context, to './sub/../..'. It is packed as it is.\n");
}

static void special_files_are_skipped(void **state)
{
	(void)state;
	put("c/a", "");
	assert_int_equal(mkfifo("c/fifo", 0644), 0);
	assert_packed("a\n");
	assert_string_equal(fixture.warnings.data, "Skipping 'fifo': it is a named pipe.\n");
}

/* The test runs in the "C" locale, as programs do that never call setlocale(). */
static void names_keep_their_bytes(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *part = acr_alloc(201);
	memset(part, 'n', 200);
	ACR_AUTO_FREE char *long_folder = acr_format("c/%s", part);
	ACR_AUTO_FREE char *long_file = acr_format("c/%s/%s\xC3\xBC", part, part);
	folder(long_folder);
	put(long_file, "long");
	put("c/caf\xC3\xA9", "utf-8");
	put("c/bad\xFF\xFE", "not utf-8");
	put("c/new\nline", "");
	put("c/-rf *", "");
	ACR_AUTO_FREE char *far = acr_format("%s/%s\xC3\xBC", part, part);
	assert_int_equal(symlink(far, "c/l\xC3\xBC"), 0);
	assert_int_equal(pack("a.tgz"), 0);
	folder("out");
	assert_int_equal(system("LC_ALL=C tar --warning=no-unknown-keyword -xzf a.tgz -C out && diff -r c out"), 0);
	ACR_AUTO_FREE char *target = output_of("readlink out/l\xC3\xBC | tr -d '\\n'");
	assert_string_equal(target, far);
	assert_output("zcat a.tgz | grep -ac hdrcharset", "1\n"); /* for the one that is not UTF-8 */
}

static void size_beyond_8_gib(void **state)
{
	(void)state;
	char bytes[4096];
	struct acr_context *context;
	struct acr_source *source = NULL;
	put("c/big", "");
	assert_int_equal(truncate("c/big", (off_t)9 << 30), 0);
	context = open_context();
	assert_int_equal(acr_context_archive(context, &source, &fixture.error), 0);
	ssize_t length = source->read(source, bytes, sizeof(bytes), &fixture.error);
	assert_true(length > 0);
	FILE *file = fopen("a.tgz", "w");
	assert_int_equal(fwrite(bytes, 1, (size_t)length, file), length);
	fclose(file);
	acr_source_free(source); /* while the threads still pack */
	acr_context_free(context);
	assert_output("tar -tvzf a.tgz 2>/dev/null | tr -s ' ' | cut -d' ' -f3", "9663676416\n");
}

static void same_tree_same_bytes(void **state)
{
	(void)state;
	folder("c/sub");
	put_noise("c/noise", 1500000);
	put("c/sub/a", "a");
	assert_int_equal(system("seq 1 300000 > c/sub/numbers; ln c/sub/a c/sub/b"), 0);
	struct acr_context *context = open_context();
	for (int i = 0; i < 3; i++) {
		struct acr_source *source = NULL;
		ACR_AUTO_FREE char *path = acr_format("%d.tgz", i);
		assert_int_equal(acr_context_archive(context, &source, &fixture.error), 0);
		usleep(i * 20000U);
		assert_int_equal(drain(source, path), 0);
		acr_source_free(source);
	}
	acr_context_free(context);
	assert_int_equal(system("cmp 0.tgz 1.tgz && cmp 0.tgz 2.tgz && gzip -t 0.tgz"), 0);
	assert_output("od -An -tx1 -N9 0.tgz", " 1f 8b 08 00 00 00 00 00 00\n"); /* no name, no time */
}

static void sparse_file(void **state)
{
	(void)state;
	put("c/sparse", "begin");
	assert_int_equal(truncate("c/sparse", 50 << 20), 0);
	assert_int_equal(system("printf end >> c/sparse"), 0);
	assert_int_equal(pack("a.tgz"), 0);
	assert_int_equal(system("tar -xzOf a.tgz sparse | cmp - c/sparse"), 0);
	assert_int_equal(system("test $(stat -c %s a.tgz) -lt 1000000"), 0);
}

static void order_on_disk_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(system("cd c && seq 1 500 | xargs touch -d @1000000000 && mkdir ../d && cd ../d && "
				"seq 500 -1 1 | xargs touch -d @1000000000"),
			 0);
	assert_int_equal(pack("a.tgz"), 0);
	fixture.options.folder = "d";
	assert_int_equal(pack("b.tgz"), 0);
	assert_int_equal(system("cmp a.tgz b.tgz"), 0);
}

/* --- what the owner learns --- */

static struct acr_context *packed_context;
static struct acr_buf packed_text;

static void on_packed(void *user)
{
	(void)user;
	struct acr_context_file files[ACR_CONTEXT_LARGEST];
	uint64_t entries, bytes;
	size_t count = acr_context_largest(packed_context, files);
	acr_context_totals(packed_context, &entries, &bytes);
	acr_buf_printf(&packed_text, "%llu %llu", (unsigned long long)entries, (unsigned long long)bytes);
	for (size_t i = 0; i < count; i++) {
		acr_buf_printf(&packed_text, " %s=%llu", files[i].path, (unsigned long long)files[i].size);
	}
}

static void largest_files(void **state)
{
	(void)state;
	assert_int_equal(
		system("mkdir c/s; for i in $(seq 1 15); do head -c $((i * 7 % 15 * 10)) /dev/zero > c/s/$i; done"), 0);
	struct acr_source *source = NULL;
	fixture.options.packed = on_packed;
	packed_context = open_context();
	assert_int_equal(acr_context_archive(packed_context, &source, &fixture.error), 0);
	assert_int_equal(drain(source, "a.tgz"), 0);
	assert_string_equal(acr_buf_str(&packed_text),
			    "16 1050 s/2=140 s/4=130 s/6=120 s/8=110 s/10=100 s/12=90 s/14=80 "
			    "s/1=70 s/3=60 s/5=50");
	acr_source_free(source);
	acr_context_free(packed_context);
	acr_buf_clear(&packed_text);
}

static void rewind_begins_anew(void **state)
{
	(void)state;
	char bytes[100];
	struct acr_source *source = NULL;
	put_noise("c/noise", 3000000);
	struct acr_context *context = open_context();
	assert_int_equal(acr_context_archive(context, &source, &fixture.error), 0);
	assert_int_equal(source->read(source, bytes, sizeof(bytes), &fixture.error), sizeof(bytes));
	assert_int_equal(source->rewind(source, &fixture.error), 0);
	assert_int_equal(drain(source, "a.tgz"), 0);
	assert_int_equal(source->rewind(source, &fixture.error), 0);
	assert_int_equal(drain(source, "b.tgz"), 0);
	acr_source_free(source);
	acr_context_free(context);
	assert_int_equal(system("cmp a.tgz b.tgz && gzip -t a.tgz"), 0);
}

/* --- ignore rules --- */

static void ignore_file(void **state)
{
	(void)state;
	put("c/.dockerignore", "logs/\n*.tmp\n!keep.tmp\n");
	put("c/a.tmp", "");
	put("c/keep.tmp", "");
	folder("c/logs");
	put("c/logs/x", "");
	assert_packed(".dockerignore\nkeep.tmp\n");
	fixture.options.docker_ignore = false;
	assert_packed(".dockerignore\na.tmp\nkeep.tmp\nlogs/\nlogs/x\n");
}

static void reincluded_brings_its_folders(void **state)
{
	(void)state;
	put("c/.dockerignore", "*\n!a/b/keep\n!z/*/keep");
	assert_int_equal(system("mkdir -p c/a/b c/a/c c/z/y c/z/x; touch c/a/b/keep c/a/b/drop c/a/c/drop c/z/y/keep"),
			 0);
	assert_int_equal(chmod("c/a", 0700), 0);
	assert_packed("a/\na/b/\na/b/keep\nz/\nz/y/\nz/y/keep\n");
	assert_output("tar -tvzf a.tgz | head -1 | cut -c1-10", "drwx------\n");
}

/* A folder nested too deep shows whether it was opened. */
static void ignored_folders_stay_closed(void **state)
{
	(void)state;
	struct acr_buf path = ACR_BUF_INIT;
	acr_buf_puts(&path, "c/skip");
	for (int i = 0; i < 501; i++) {
		assert_int_equal(mkdir(acr_buf_str(&path), 0755), 0);
		acr_buf_puts(&path, "/d");
	}
	acr_buf_clear(&path);
	put("c/a", "");
	put("c/.dockerignore", "skip\n!a/**\n!skipped");
	assert_packed(".dockerignore\na\n");
	put("c/.dockerignore", "");
	assert_int_equal(pack("b.tgz"), ACR_ERROR_LIMIT);
	assert_int_equal(strncmp(fixture.error.message, "the context is nested deeper than 500 folders: 'skip/d/", 55),
			 0);
}

static void version_control_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(system("mkdir -p c/.git c/sub/.git; touch c/.git/HEAD c/.gitignore c/sub/.git/HEAD"), 0);
	assert_packed("sub/\nsub/.git/\nsub/.git/HEAD\n");
	assert_string_equal(fixture.warnings.data, "Excluding '.git' based on default ignore rules\n"
						   "Excluding '.gitignore' based on default ignore rules\n");
	acr_buf_reset(&fixture.warnings);
	put("c/.dockerignore", "sub\n!.git");
	assert_packed(".dockerignore\n.git/\n.git/HEAD\n");
	assert_string_equal(fixture.warnings.data, "Excluding '.gitignore' based on default ignore rules\n");
	acr_buf_reset(&fixture.warnings);
	put("c/.dockerignore", "sub\n!**/keep");
	assert_packed(".dockerignore\n");
	assert_string_equal(fixture.warnings.data, "Excluding '.git' based on default ignore rules\n"
						   "Excluding '.gitignore' based on default ignore rules\n");
	acr_buf_reset(&fixture.warnings);
	put("c/.dockerignore", "**/.git*");
	assert_packed(".dockerignore\nsub/\n");
	assert_int_equal(fixture.warnings.length, 0);
	unlink("c/.dockerignore");
	fixture.options.include_vcs = true;
	assert_packed(".git/\n.git/HEAD\n.gitignore\nsub/\nsub/.git/\nsub/.git/HEAD\n");
	assert_int_equal(fixture.warnings.length, 0);
}

static void malformed_ignore_file(void **state)
{
	(void)state;
	put("c/a", "");
	put("c/.dockerignore", "a\n[");
	refuse(ACR_ERROR_FORMAT, "c/.dockerignore, line 2: the pattern '[' is malformed: a '[' is not closed");
}

/* --- the Dockerfile --- */

static void dockerfile_is_last(void **state)
{
	(void)state;
	put("c/z", "");
	put("c/Dockerfile", "FROM a");
	put("other", "FROM other");
	put("c/.dockerignore", "Dockerfile");
	fixture.options.dockerfile_entry = ENTRY;
	fixture.options.dockerfile = "c/Dockerfile";
	assert_packed(".dockerignore\nz\n" ENTRY "\n");
	assert_output("tar -xzOf a.tgz " ENTRY, "FROM a");
	fixture.options.dockerfile = "other";
	assert_packed(".dockerignore\nz\n" ENTRY "\n");
	assert_output("tar -xzOf a.tgz " ENTRY, "FROM other");
	assert_int_equal(symlink("../other", "c/link"), 0);
	fixture.options.dockerfile = "c/link";
	assert_packed(".dockerignore\nlink\nz\n" ENTRY "\n");
	assert_output("tar -xzOf a.tgz " ENTRY, "FROM other");
}

static void dockerfile_alone_will_do(void **state)
{
	(void)state;
	put("Dockerfile", "FROM scratch");
	fixture.options.dockerfile = "Dockerfile";
	fixture.options.dockerfile_entry = ENTRY;
	assert_packed(ENTRY "\n");
}

static void dockerfile_has_its_own_ignore_file(void **state)
{
	(void)state;
	folder("c/sub");
	put("c/sub/Dockerfile", "");
	put("c/sub/Dockerfile.dockerignore", "a");
	put("c/.dockerignore", "b");
	put("c/a", "");
	put("c/b", "");
	fixture.options.dockerfile_entry = ENTRY;
	fixture.options.dockerfile = "c/sub/Dockerfile";
	assert_packed(".dockerignore\nb\nsub/\nsub/Dockerfile\nsub/Dockerfile.dockerignore\n" ENTRY "\n");
	put("Outside", "");
	fixture.options.dockerfile = "Outside";
	assert_packed(".dockerignore\na\nsub/\nsub/Dockerfile\nsub/Dockerfile.dockerignore\n" ENTRY "\n");
	put("Outside.dockerignore", "sub\n");
	assert_packed(".dockerignore\na\nb\n" ENTRY "\n");
}

static void no_dockerfile(void **state)
{
	(void)state;
	put("c/a", "");
	fixture.options.dockerfile = "c/Dockerfile";
	fixture.options.dockerfile_entry = ENTRY;
	refuse(ACR_ERROR_GENERAL, "Unable to find 'c/Dockerfile'.");
	folder("c/Dockerfile");
	refuse(ACR_ERROR_GENERAL, "Unable to find 'c/Dockerfile'.");
	fixture.options.dockerfile = "c/a/Dockerfile";
	refuse(ACR_ERROR_GENERAL, "Unable to find 'c/a/Dockerfile'.");
}

/* --- what is refused --- */

static void nothing_to_pack(void **state)
{
	(void)state;
	static const char empty[] = "there is nothing to pack in 'c': it is empty, or its ignore file leaves nothing";
	assert_int_equal(pack("a.tgz"), ACR_ERROR_GENERAL);
	assert_string_equal(fixture.error.message, empty);
	acr_error_clear(&fixture.error);
	put("c/.dockerignore", "*");
	put("c/a", "");
	assert_int_equal(pack("a.tgz"), ACR_ERROR_GENERAL);
	assert_string_equal(fixture.error.message, empty);
	acr_error_clear(&fixture.error);
	fixture.options.folder = "missing";
	refuse(ACR_ERROR_FILE, "cannot open the context folder 'missing': No such file or directory");
	fixture.options.folder = "c/a";
	refuse(ACR_ERROR_FILE, "cannot open the context folder 'c/a': Not a directory");
}

/* More than the stages keep ready: packing stands still in "big" until somebody reads. */
#define STALL ((size_t)40 << 20)

/* Begin to pack, run `command`, and finish. */
static int pack_while(const char *command)
{
	char bytes[100];
	struct acr_source *source = NULL;
	put_noise("c/big", STALL);
	put("c/last", "");
	struct acr_context *context = open_context();
	assert_int_equal(acr_context_archive(context, &source, &fixture.error), 0);
	assert_int_equal(source->read(source, bytes, sizeof(bytes), &fixture.error), sizeof(bytes));
	assert_int_equal(system(command), 0);
	int code = drain(source, "/dev/null");
	struct acr_error again = ACR_ERROR_INIT;
	assert_int_equal(source->read(source, bytes, sizeof(bytes), &again), code);
	assert_string_equal(again.message, fixture.error.message);
	acr_error_clear(&again);
	acr_source_free(source);
	acr_context_free(context);
	return code;
}

static void file_that_shrinks(void **state)
{
	(void)state;
	assert_int_equal(pack_while("truncate -s 1000 c/big"), ACR_ERROR_FILE);
	assert_string_equal(fixture.error.message,
			    "'big' shrank while it was packed; try again when nothing writes to it");
}

static void file_that_grows(void **state)
{
	(void)state;
	assert_int_equal(pack_while("echo >> c/big"), ACR_ERROR_FILE);
	assert_string_equal(fixture.error.message,
			    "'big' grew while it was packed; try again when nothing writes to it");
}

/* Same size, other contents. */
static void file_that_changes(void **state)
{
	(void)state;
	assert_int_equal(pack_while("printf x | dd of=c/big conv=notrunc 2>/dev/null"), ACR_ERROR_FILE);
	assert_string_equal(fixture.error.message,
			    "'big' changed while it was packed; try again when nothing writes to it");
}

static void file_that_vanishes(void **state)
{
	(void)state;
	assert_int_equal(pack_while("rm c/last"), ACR_ERROR_FILE);
	assert_string_equal(fixture.error.message, "'last' vanished while the context was read");
}

static void unreadable_file(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		print_message("root can read everything: skipped\n");
		skip();
	}
	put("c/a", "");
	put("c/secret", "");
	assert_int_equal(chmod("c/secret", 0), 0);
	assert_int_equal(pack("a.tgz"), ACR_ERROR_FILE);
	assert_string_equal(fixture.error.message, "cannot read 'secret': Permission denied");
}

/* --- listing --- */

static struct acr_buf listed;

static int on_entry(void *user, const char *path, char type, uint64_t size, unsigned mode)
{
	acr_buf_printf(&listed, "%s %c %llu %o\n", path, type, (unsigned long long)size, mode);
	return *(int *)user;
}

static void listing(void **state)
{
	(void)state;
	int stop = 0;
	folder("c/sub");
	put("c/sub/a", "12345");
	put("Dockerfile", "FROM x");
	assert_int_equal(symlink("/", "c/l"), 0);
	fixture.options.dockerfile = "Dockerfile";
	fixture.options.dockerfile_entry = ENTRY;
	struct acr_context *context = open_context();
	assert_int_equal(acr_context_list(context, on_entry, &stop, &fixture.error), 0);
	assert_string_equal(listed.data, "l l 0 777\nsub d 0 755\nsub/a f 5 644\n" ENTRY " f 6 644\n");
	assert_string_equal(fixture.warnings.data,
			    "The symbolic link 'l' leads out of the context, to '/'. It is packed as it is.\n");
	stop = 7;
	acr_buf_reset(&listed);
	assert_int_equal(acr_context_list(context, on_entry, &stop, &fixture.error), 7);
	assert_string_equal(listed.data, "l l 0 777\n");
	acr_buf_clear(&listed);
	acr_context_free(context);
}

/* --- what az would send --- */

static int note_difference(void *user, const char *path, bool az_sends)
{
	acr_buf_printf(user, "%c%s ", az_sends ? '+' : '-', path);
	return 0;
}

/* "+path" for what az alone sends, "-path" for what it leaves out. */
static void az_differs(void **state)
{
	(void)state;
	static const struct {
		const char *rules, *dockerfile, *expected;
	} cases[] = {
		{"", "Dockerfile", ""},
		{"dir/\n", "Dockerfile", "+dir/ "},
		{"/dir\n", "Dockerfile", "+dir/ "},
		{"*.log\n", "Dockerfile", ""},
		{"**/*.log\n", "Dockerfile", ""},
		{"**/.env\n", "Dockerfile", "-b.env "},
		{"dir\n!dir/a.log\n", "Dockerfile", ""},
		{"# only a comment\n", "Other", "-.dockerignore "},
		{"[ab].env\n(b)\\.env\n", "Dockerfile", ""},
		{"b+\n", "Dockerfile", ""},
		{"b.en+v\n", "Dockerfile", "-b.env "},
	};

	folder("c/dir");
	folder("c/dir/sub");
	put("c/b.env", "");
	put("c/dir/a.log", "");
	put("c/dir/sub/.env", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ACR_AUTO(acr_buf) found = ACR_BUF_INIT;
		bool own = strcmp(cases[i].dockerfile, "Other") == 0;
		put("c/.dockerignore", own ? "" : cases[i].rules);
		if (own) {
			put("c/Other.dockerignore", cases[i].rules);
			put("c/Other", "");
			fixture.options.dockerfile = "c/Other";
			fixture.options.dockerfile_entry = ENTRY;
		}
		struct acr_context *context = open_context();
		assert_int_equal(
			acr_context_compare_az(context, cases[i].dockerfile, note_difference, &found, &fixture.error), 0);
		acr_context_free(context);
		assert_string_equal(acr_buf_str(&found), cases[i].expected);
		fixture.options.dockerfile = NULL;
	}
}

static void az_stops(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) found = ACR_BUF_INIT;
	put("c/.dockerignore", "a\nx(y\n");
	struct acr_context *context = open_context();
	assert_int_equal(acr_context_compare_az(context, "Dockerfile", note_difference, &found, &fixture.error),
			 ACR_ERROR_FORMAT);
	assert_string_equal(fixture.error.message, "az acr build stops at the rule 'x(y' of the ignore file.");
	acr_context_free(context);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(az_differs),
		TEST(az_stops),
		TEST(sorted_entries),
		TEST(attributes),
		TEST(links),
		TEST(special_files_are_skipped),
		TEST(names_keep_their_bytes),
		TEST(size_beyond_8_gib),
		TEST(same_tree_same_bytes),
		TEST(ignore_file),
		TEST(reincluded_brings_its_folders),
		TEST(ignored_folders_stay_closed),
		TEST(version_control_is_left_out),
		TEST(malformed_ignore_file),
		TEST(dockerfile_is_last),
		TEST(dockerfile_alone_will_do),
		TEST(dockerfile_has_its_own_ignore_file),
		TEST(no_dockerfile),
		TEST(nothing_to_pack),
		TEST(file_that_shrinks),
		TEST(file_that_grows),
		TEST(file_that_changes),
		TEST(file_that_vanishes),
		TEST(sparse_file),
		TEST(order_on_disk_does_not_matter),
		TEST(largest_files),
		TEST(rewind_begins_anew),
		TEST(unreadable_file),
		TEST(listing),
	};
	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
