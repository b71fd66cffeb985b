/* Builds with BuildKit or with a cache: the service's plain build has neither, but a task of its own can.
 *
 * The service puts values into the text ({{.Values.NAME}}) before it reads it as YAML, and hands a build's arguments to
 * a shell: so the build stands in a block, which needs no quotes of YAML, and each argument is quoted for the shell. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "run/build.h"
#include "run/schedule.h"

bool build_needs_task(const struct context *context)
{
	return args_flag(context->args, "buildkit") || args_flag(context->args, "cache") ||
	       args_value(context->args, "cache-from");
}

/* In single quotes, unless the shell would leave it alone anyway. */
static void add_quoted(struct acr_buf *text, const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";

	if (*word && strspn(word, safe) == strlen(word)) {
		acr_buf_puts(text, word);
		return;
	}
	acr_buf_putc(text, '\'');
	for (; *word; word++)
		if (*word == '\'')
			acr_buf_puts(text, "'\\''");
		else
			acr_buf_putc(text, *word);
	acr_buf_putc(text, '\'');
}

/* An image with its registry in front; "{{.Run.ID}}" and the like stay what they are. */
static void add_image(struct acr_buf *text, const char *image)
{
	size_t first = strcspn(image, "/");
	bool has_registry = *image == '$' || !strncmp(image, "{{", 2) ||
			    (image[first] && (memchr(image, '.', first) || memchr(image, ':', first)));

	if (!has_registry)
		acr_buf_puts(text, "$Registry/");
	acr_buf_puts(text, image);
}

/* Blanks belong into templates only: "{{ .Run.ID }}". */
static bool is_one_word(const char *image)
{
	const char *open = strstr(image, "{{"), *close = open ? strstr(open, "}}") : NULL;

	if (!close)
		return !image[strcspn(image, " ")];
	return strcspn(image, " ") >= (size_t)(open - image) && is_one_word(close + 2);
}

static int check_image(const char *image, struct acr_error *error)
{
	if (!strpbrk(image, "\t\r\n\"'\\") && is_one_word(image))
		return 0;
	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is not the name of an image, such as 'sample/hello-world:v1'.",
			image);
}

static int add_tags(const struct acr_json *images, struct acr_buf *text, struct acr_error *error)
{
	const struct acr_json *image;
	int rc;

	for (image = acr_json_first(images); image; image = acr_json_next(image)) {
		if ((rc = check_image(acr_json_string(image), error)) < 0)
			return rc;
		acr_buf_puts(text, "-t ");
		add_image(text, acr_json_string(image));
		acr_buf_putc(text, ' ');
	}
	return 0;
}

static int add_cache_sources(const struct acr_json *sources, struct acr_buf *text, struct acr_error *error)
{
	const struct acr_json *source;
	int rc;

	for (source = acr_json_first(sources); source; source = acr_json_next(source)) {
		const char *name = acr_json_string(source);

		if ((rc = check_image(name, error)) < 0)
			return rc;
		acr_buf_puts(text, "--cache-from=");
		if (strchr(name, '='))
			add_quoted(text, name);
		else
			add_image(text, name);
		acr_buf_putc(text, ' ');
	}
	return 0;
}

static bool is_name(const char *text)
{
	if (!isalpha((unsigned char)*text) && *text != '_')
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

/* Arguments come as values of the run: the service looks for no template in those, and keeps secret ones out of sight.
 */
static int add_argument(const struct acr_json *argument, struct acr_buf *text, struct acr_json *values,
			struct acr_error *error)
{
	const char *name = acr_json_str(argument, "/name"), *value = acr_json_str(argument, "/value");
	ACR_AUTO_FREE char *value_name = acr_format("argument_%s", name);
	ACR_AUTO(acr_buf) quoted = ACR_BUF_INIT;
	struct acr_json *item;

	if (!is_name(name))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is not the name of a build argument, such as VERSION.",
				name);
	if (strpbrk(value, "\r\n"))
		return acr_fail(error, ACR_ERROR_USAGE,
				"The build argument %s has more than one line; with --buildkit or a cache it cannot.",
				name);
	acr_buf_printf(text, "--build-arg %s={{.Values.%s}} ", name, value_name);
	add_quoted(&quoted, value);
	item = acr_json_copy(argument);
	acr_json_set_str(item, "name", value_name);
	acr_json_set_str(item, "value", acr_buf_str(&quoted));
	acr_json_append(values, item);
	return 0;
}

static int add_arguments(struct context *context, struct acr_buf *text, struct acr_json *values,
			 struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = schedule_values(context, "build-arg", "secret-build-arg");
	const struct acr_json *argument;
	int rc = 0;

	for (argument = acr_json_first(list); argument && rc == 0; argument = acr_json_next(argument))
		rc = add_argument(argument, text, values, error);
	/* What is built can then serve as a source itself. */
	if (!args_flag(context->args, "cache"))
		acr_buf_puts(text, "--build-arg BUILDKIT_INLINE_CACHE=1 ");
	return rc;
}

static void add_push(const struct acr_json *images, struct acr_buf *yaml)
{
	acr_buf_puts(yaml, "  - id: push\n    push:\n");
	for (const struct acr_json *image = acr_json_first(images); image; image = acr_json_next(image)) {
		const char *name = acr_json_string(image), *quote = *name == '{' ? "\"" : "";

		acr_buf_printf(yaml, "      - %s", quote);
		add_image(yaml, name);
		acr_buf_printf(yaml, "%s\n", quote);
	}
}

static int make_task(struct context *context, const char *dockerfile, bool push, struct acr_json *values,
		     struct acr_buf *yaml, struct acr_error *error)
{
	const struct acr_json *images = args_value(context->args, "image");
	const char *target = args_string(context->args, "target");
	int rc;

	if (strpbrk(dockerfile, "\r\n"))
		return acr_fail(error, ACR_ERROR_USAGE, "The name of the Dockerfile, '%s', has more than one line.",
				dockerfile);
	acr_buf_puts(yaml, "version: v1.1.0\nsteps:\n  - id: build\n    build: |-\n      ");
	if ((rc = add_tags(images, yaml, error)) < 0)
		return rc;
	acr_buf_puts(yaml, "-f ");
	add_quoted(yaml, dockerfile);
	acr_buf_putc(yaml, ' ');
	if (target) {
		acr_buf_puts(yaml, "--target ");
		add_quoted(yaml, target);
		acr_buf_putc(yaml, ' ');
	}
	if ((rc = add_cache_sources(args_value(context->args, "cache-from"), yaml, error)) < 0 ||
	    (rc = add_arguments(context, yaml, values, error)) < 0)
		return rc;
	acr_buf_puts(yaml, ".\n    env:\n      - DOCKER_BUILDKIT=1\n");
	if (args_flag(context->args, "cache"))
		acr_buf_puts(yaml, "    cache: enabled\n");
	if (push)
		add_push(images, yaml);
	return 0;
}

int build_task_check(struct context *context, struct acr_error *error)
{
	const char *platform = args_string(context->args, "platform"), *file = args_string(context->args, "file");
	ACR_AUTO_PTR(acr_json) *values = acr_json_new_array();
	ACR_AUTO(acr_buf) yaml = ACR_BUF_INIT;

	if (!build_needs_task(context))
		return 0;
	if (platform && !strncasecmp(platform, "windows", strlen("windows")))
		return acr_fail(error, ACR_ERROR_GENERAL, "--buildkit, --cache and --cache-from build for Linux only.");
	return make_task(context, file && *file ? file : "Dockerfile", false, values, &yaml, error);
}

int build_task_fill(struct context *context, struct acr_json *request, const char *dockerfile, bool push,
		    struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *values = acr_json_new_array();
	ACR_AUTO(acr_buf) yaml = ACR_BUF_INIT, encoded = ACR_BUF_INIT;
	int rc = make_task(context, dockerfile, push, values, &yaml, error);

	if (rc < 0)
		return rc;
	acr_base64_encode(acr_buf_str(&yaml), yaml.length, &encoded);
	acr_json_set_str(request, "encodedTaskContent", acr_buf_str(&encoded));
	acr_json_set(request, "values", TAKE(values));
	io_debug(context->io, "The task that builds:\n%s", acr_buf_str(&yaml));
	return 0;
}
