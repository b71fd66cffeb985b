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

/* What az decides about an entry. */
struct decision {
	size_t rules; /* those from here on are inherited; smaller is later in the file */
	bool ignored;
};

struct az_rules {
	struct az_rule *rules; /* in the order of the file */
	size_t count;
	bool present; /* there is an ignore file */
	bool alike;   /* Docker reads the same file, and nothing in it in another way */
};

struct comparison {
	struct az_rules az;
	struct decision root, folder;
	struct acr_buf path; /* of the folder that `folder` was decided about, with a slash at its end */
	int (*differs)(void *user, const char *path, bool az_sends);
	void *user;
	int stopped; /* what differs() returned last */
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

/* Whether az and Docker certainly read the rule alike; no means maybe. */
static bool is_alike(const char *rule)
{
	for (const char *c = rule; *c; c++) {
		if ((unsigned char)*c >= 0x80) {
			return false; /* blanks of other alphabets are trimmed by one and not by the other */
		}
	}
	if (strchr("! \t/", *rule) || strpbrk(rule, "+(){}|^$[]\\") || strstr(rule, "//")) {
		return false;
	}
	for (const char *part = rule, *next; part; part = next) {
		size_t length = strcspn(part, "/");
		next = part[length] ? part + length + 1 : NULL;
		bool any = length == 2 && memcmp(part, "**", 2) == 0;
		bool dots = length <= 2 && strspn(part, ".") >= length;
		/* "**" and a name is any name that ends so for az, "**" and a star is the same for both. */
		if (dots || (any && next && (*next != '*' || next[1] == '*')) ||
		    (!any && length > 1 && memmem(part, length, "**", 2))) {
			return false;
		}
	}
	return true;
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
	az->alike = az->alike && is_alike(rule);
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

/* Whether Docker takes an ignore file of the Dockerfile's own. */
static bool has_own_file(const struct acr_context *context)
{
	ACR_AUTO_FREE char *path = acr_format("%s.dockerignore", context->options.dockerfile);
	struct stat status;
	return context->options.dockerfile && stat(path, &status) == 0;
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
	az->alike = !override && !context->options.include_vcs && !has_own_file(context);
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

static struct decision decide(const struct comparison *c, const char *path, struct decision parent)
{
	if (strchr(path, '/') == NULL && acr_context_is_version_control(path)) {
		parent.ignored = true;
		return parent;
	}
	for (size_t i = c->az.count; i-- > 0 && c->az.count - 1 - i < parent.rules;) {
		if (regexec(&c->az.rules[i].pattern, path, 0, NULL, 0) == 0) {
			return (struct decision){.rules = c->az.count - 1 - i, .ignored = c->az.rules[i].ignore};
		}
	}
	return parent;
}

/* The decision about the folder that the path is in; one after the other they are mostly in the same. */
static struct decision decide_folder(struct comparison *c, const char *path)
{
	const char *last = strrchr(path, '/');
	size_t length = last ? (size_t)(last - path) + 1 : 0;
	if (length == c->path.length && (!length || memcmp(path, c->path.data, length) == 0)) {
		return length ? c->folder : c->root;
	}
	acr_buf_truncate(&c->path, 0);
	acr_buf_add(&c->path, path, length);
	c->folder = c->root;
	for (char *slash = strchr(c->path.data, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		c->folder = decide(c, c->path.data, c->folder);
		*slash = '/';
	}
	return c->folder;
}

static struct decision decide_entry(struct comparison *c, const char *path)
{
	return decide(c, path, decide_folder(c, path));
}

static int compare_sent(void *user, const struct acr_walk_entry *entry, struct acr_error *error)
{
	struct comparison *c = user;
	(void)error;
	if (!c->stopped && !S_ISDIR(entry->stat->st_mode) && decide_entry(c, entry->path).ignored) {
		c->stopped = c->differs(c->user, entry->path, false);
	}
	return c->stopped;
}

static void compare_ignored(void *user, const char *path, bool folder)
{
	struct comparison *c = user;
	if (c->stopped || decide_entry(c, path).ignored) {
		return;
	}
	ACR_AUTO_FREE char *shown = acr_format("%s%s", path, folder ? "/" : "");
	c->stopped = c->differs(c->user, shown, true);
}

int acr_context_compare_az(struct acr_context *context, const char *dockerfile,
			   int (*differs)(void *user, const char *path, bool az_sends), void *user,
			   struct acr_error *error)
{
	struct comparison c = {.differs = differs, .user = user, .path = ACR_BUF_INIT};
	const struct acr_walk walk = {
		.ignore = &context->ignore, .visit = compare_sent, .ignored = compare_ignored, .user = &c};
	int code = read_rules(context, dockerfile, &c.az, error);
	if (code == 0 && !c.az.alike) {
		/* The root is an entry, too: the rule '*' decides about all below it. */
		c.root = decide(&c, "", (struct decision){.rules = c.az.count});
		code = acr_walk(&walk, context->root, error);
	}
	acr_buf_clear(&c.path);
	clear_rules(&c.az);
	return code;
}
