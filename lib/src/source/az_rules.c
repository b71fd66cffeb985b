/* How az reads an ignore file, so that a user who comes from there can be told what will be different.
 *
 * az turns each rule into a regular expression in which only '*', '?' and '.' are translated; the first rule from the
 * end of the file that matches a path decides, unless the folder above was decided by a later one. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <acr/file.h>
#include "context.h"
#include "walk.h"

#define MAX_IGNORE_FILE ((size_t)16 << 20)

struct az_rule {
	regex_t pattern;
	bool ignore;
};

/* What was decided about a folder, by both. */
struct decision {
	int ours;  /* number of the rule, as acr_ignore_last() says it */
	size_t az; /* rules from here on are inherited; smaller is later in the file */
	bool az_ignored;
};

struct az_rules {
	struct az_rule *rules; /* in the order of the file */
	size_t count;
	bool present; /* there is an ignore file */
};

struct comparison {
	const struct acr_context *context;
	struct az_rules az;
	struct decision *folders; /* one for each level that the walk is below */
	size_t room;
	int (*differs)(void *user, const char *path, bool az_sends);
	void *user;
};

static void clear_rules(struct az_rules *az)
{
	for (size_t i = 0; i < az->count; i++) {
		regfree(&az->rules[i].pattern);
	}
	free(az->rules);
}

/* --- reading --- */

/* A part of a rule between slashes. */
static void translate_part(const char *part, size_t length, bool last, struct acr_buf *to)
{
	if (length == 2 && memcmp(part, "**", 2) == 0) {
		acr_buf_puts(to, ".*");
		return;
	}
	for (size_t i = 0; i < length; i++) {
		switch (part[i]) {
		case '*':
			acr_buf_puts(to, "[^/]*");
			break;
		case '?':
			acr_buf_puts(to, "[^/]");
			break;
		case '.':
			acr_buf_puts(to, "\\.");
			break;
		default:
			acr_buf_putc(to, part[i]);
		}
	}
	if (!last) {
		acr_buf_putc(to, '/');
	}
}

static int add_rule(struct az_rules *az, const char *rule, struct acr_error *error)
{
	ACR_AUTO(acr_buf) pattern = ACR_BUF_INIT;
	size_t length = strlen(rule);
	const char *text = rule;
	bool ignore = *text != '!';
	if (!ignore) {
		text++;
		length--;
		if (*text == '/') {
			text++;
			length--;
		}
		while (length && text[length - 1] == '/') {
			length--;
		}
	}
	acr_buf_putc(&pattern, '^');
	for (size_t part;; text += part + 1, length -= part + 1) {
		const char *slash = memchr(text, '/', length);
		part = slash ? (size_t)(slash - text) : length;
		translate_part(text, part, !slash, &pattern);
		if (!slash) {
			break;
		}
	}
	acr_buf_putc(&pattern, '$');
	az->rules = acr_realloc_array(az->rules, az->count + 1, sizeof(*az->rules));
	if ((!ignore && !length) ||
	    regcomp(&az->rules[az->count].pattern, acr_buf_str(&pattern), REG_EXTENDED | REG_NOSUB)) {
		return acr_fail(error, ACR_ERROR_FORMAT, "az acr build stops at the rule '%s' of the ignore file.",
				rule);
	}
	az->rules[az->count++].ignore = ignore;
	return 0;
}

static int parse_rules(struct az_rules *az, char *text, struct acr_error *error)
{
	int code = 0;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
	}
	for (char *line = text, *next; code == 0 && *line; line = next) {
		size_t length = strcspn(line, "\n");
		next = line + length + (line[length] == '\n');
		while (length && strchr(" \t\r\v\f", line[length - 1])) {
			length--;
		}
		line[length] = '\0';
		if (*line && *line != '#') {
			code = add_rule(az, line, error);
		}
	}
	return code;
}

/* The file that az takes: the Dockerfile's own only in the context's root, and not for the plain name. */
static int read_rules(const struct acr_context *context, const char *dockerfile, struct az_rules *az,
		      struct acr_error *error)
{
	ACR_AUTO_FREE char *own = acr_format("%s.dockerignore", dockerfile);
	ACR_AUTO_FREE char *own_path = acr_path_join(context->options.folder, own);
	ACR_AUTO_FREE char *path = acr_path_join(context->options.folder, ".dockerignore");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_IGNORE_FILE);
	struct stat status;
	bool override = strcmp(dockerfile, "Dockerfile") != 0 && stat(own_path, &status) == 0;
	int code;
	if (!override && stat(path, &status) < 0) {
		return 0;
	}
	az->present = true;
	if (override && (code = add_rule(az, ".dockerignore", error)) < 0) {
		return code;
	}
	code = acr_file_read(override ? own_path : path, &text, error);
	return code ? code : text.length ? parse_rules(az, text.data, error) : 0;
}

/* --- comparing --- */

static struct decision az_decides(const struct comparison *c, const char *path, struct decision parent)
{
	if (strchr(path, '/') == NULL && acr_context_is_version_control(path)) {
		parent.az_ignored = true;
		return parent;
	}
	if (!c->az.present) {
		return parent;
	}
	for (size_t i = c->az.count; i-- > 0 && c->az.count - 1 - i < parent.az;) {
		if (regexec(&c->az.rules[i].pattern, path, 0, NULL, 0) == 0) {
			return (struct decision){.az = c->az.count - 1 - i, .az_ignored = c->az.rules[i].ignore};
		}
	}
	return parent;
}

static int compare_entry(void *user, const struct acr_walk_entry *entry, struct acr_error *error)
{
	struct comparison *c = user;
	size_t depth = 0;
	(void)error;
	for (const char *slash = strchr(entry->path, '/'); slash; slash = strchr(slash + 1, '/')) {
		depth++;
	}
	struct decision parent = c->folders[depth];
	struct decision now = az_decides(c, entry->path, parent);
	now.ours = acr_ignore_last(&c->context->ignore, entry->path, strlen(entry->path), parent.ours);
	if (S_ISDIR(entry->stat->st_mode)) {
		if (depth + 1 == c->room) {
			c->room *= 2;
			c->folders = acr_realloc_array(c->folders, c->room, sizeof(*c->folders));
		}
		c->folders[depth + 1] = now;
		return 0;
	}
	bool ignored = acr_ignore_excludes(&c->context->ignore, now.ours);
	return ignored == now.az_ignored ? 0 : c->differs(c->user, entry->path, ignored);
}

int acr_context_compare_az(struct acr_context *context, const char *dockerfile,
			   int (*differs)(void *user, const char *path, bool az_sends), void *user,
			   struct acr_error *error)
{
	const struct acr_ignore none = {0};
	struct comparison c = {.context = context, .differs = differs, .user = user, .room = 16};
	const struct acr_walk walk = {.ignore = &none, .visit = compare_entry, .user = &c};
	int code = read_rules(context, dockerfile, &c.az, error);
	if (code == 0) {
		c.folders = acr_alloc_array(c.room, sizeof(*c.folders));
		c.folders[0] = (struct decision){.ours = ACR_IGNORE_NO_RULE, .az = c.az.count};
		/* The root is an entry, too: the rule '*' decides about all below it. */
		c.folders[0] = az_decides(&c, "", c.folders[0]);
		c.folders[0].ours = ACR_IGNORE_NO_RULE;
		code = acr_walk(&walk, context->root, error);
	}
	free(c.folders);
	clear_rules(&c.az);
	return code;
}
