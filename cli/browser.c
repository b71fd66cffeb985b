/* Browsers: found, and started so that they outlive us and say nothing on our terminal. */
#include "browser.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"
#include "settings.h"

/* Those that only start another program tell within this time that there is none. */
#define SETTLE_MS 1500
#define POLL_MS 50
#define MAX_WORDS 16

/* A command line, taken apart at blanks; what it points to is `text`. */
struct command_line {
	char *text, *program, *filled_in;
	const char *argv[MAX_WORDS + 2];
};

static void command_line_clear(struct command_line *line)
{
	free(line->text);
	free(line->program);
	free(line->filled_in);
}

/* A copy of the word with %s replaced; NULL when it has none. */
static char *fill_in(const char *word, const char *url)
{
	const char *mark = strstr(word, "%s");

	return mark ? acr_format("%.*s%s%s", (int)(mark - word), word, url, mark + 2) : NULL;
}

/* false when there is no such program. */
static bool make_line(const char *text, size_t length, const char *url, struct command_line *ret)
{
	ACR_AUTO(command_line) line = {.text = acr_strndup(text, length)};
	char *rest = line.text, *word;
	size_t count = 0;

	while (count < MAX_WORDS && (word = strtok_r(rest, " ", &rest))) {
		if (!line.filled_in && (line.filled_in = fill_in(word, url)))
			word = line.filled_in;
		line.argv[count++] = word;
	}
	if (!count || !(line.program = process_find(line.argv[0])))
		return false;
	line.argv[0] = line.program;
	if (!line.filled_in)
		line.argv[count] = url;
	*ret = line;
	line = (struct command_line){0};
	return true;
}

/* $BROWSER is a list of command lines, separated by colons; a %s in one stands for the page. */
static bool find_chosen(const char *url, struct command_line *ret)
{
	const char *at = settings_variable("BROWSER");

	for (; at && *at; at += strspn(at, ":")) {
		size_t length = strcspn(at, ":");

		if (make_line(at, length, url, ret))
			return true;
		at += length;
	}
	return false;
}

static bool find(const char *url, struct command_line *ret)
{
	static const char *const displays[] = {"DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"};
	static const char *const names[] = {"xdg-open", "x-www-browser",    "gnome-open",    "firefox",
					    "chromium", "chromium-browser", "google-chrome", "wslview"};
	bool display = false;

	if (settings_variable("BROWSER"))
		return find_chosen(url, ret);
	for (size_t i = 0; i < ACR_COUNT(displays); i++)
		display = display || settings_variable(displays[i]);
	for (size_t i = 0; display && i < ACR_COUNT(names); i++)
		if (make_line(names[i], strlen(names[i]), url, ret))
			return true;
	return false;
}

bool browser_is_here(void)
{
	ACR_AUTO(command_line) line = {0};

	return find("", &line);
}

/* In a session of its own: Ctrl-C is for us. */
static int start(const struct command_line *line, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	rc = process_start(line->argv, &actions, true, pid);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int browser_open(const char *url, const struct acr_clock *clock, struct acr_error *error)
{
	ACR_AUTO(command_line) line = {0};
	int status = 0, rc, waited;
	pid_t pid;

	if (!find(url, &line))
		return acr_fail(error, ACR_ERROR_FILE, "there is no browser here");
	if ((rc = start(&line, &pid)) != 0)
		return acr_fail_errno(error, rc, "cannot run '%s'", line.program);
	for (waited = 0; waited < SETTLE_MS; waited += POLL_MS) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		if ((rc = clock->sleep(clock, POLL_MS, error)) < 0)
			return rc;
	}
	if (waited >= SETTLE_MS || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return 0;
	return acr_fail(error, ACR_ERROR_FILE, "the browser '%s' failed", line.program);
}
