/* What to tell the user who stops waiting for a long operation. */
#include "pending.h"

#include <string.h>

#include "options.h"
#include "table.h"

/* Whether the option belongs to the command line that looks: what must be given, and the group if it was. */
static bool is_wanted(const struct option *option, const struct args *args)
{
	return option->flags & OPT_REQUIRED || (!strcmp(option_key(option), "resource-group") &&
						!(option->flags & OPT_HIDDEN) && args_given(args, "resource-group"));
}

/* "webhook show -r myregistry -n hook", from what the present command was given; false when something is missing. */
static bool put_line(const struct command *command, const struct args *args, struct acr_buf *out)
{
	const struct option *const *option;

	acr_buf_puts(out, command->path);
	for (option = command->options; option && *option; option++) {
		const char *value = args_string(args, option_key(*option));

		if (!is_wanted(*option, args))
			continue;
		if (!value || !(*option)->letter)
			return false;
		acr_buf_printf(out, " -%c %s", (*option)->letter, value);
	}
	return true;
}

/* The line of the command that shows what the present one works on: that of its group, or of a group around it. Yours
 * to free(); NULL when there is none. */
static char *find_line(const struct args *args)
{
	const char *watch = args->command->watch;
	ACR_AUTO_FREE char *group = acr_strdup(args->command->path);

	while (*group) {
		ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
		char *blank = strrchr(group, ' ');
		const struct command *command;

		*(blank ? blank : group) = '\0';
		ACR_AUTO_FREE char *path = watch ? acr_strdup(watch) : acr_format("%s%sshow", group, blank ? " " : "");
		command = table_find(path, NULL);
		if (command && put_line(command, args, &line))
			return acr_buf_take(&line);
	}
	return NULL;
}

int pending_explain(struct context *context, const char *url, struct acr_error *error)
{
	ACR_AUTO_FREE char *line = find_line(context->args);

	if (url)
		io_debug(context->io, "The state of the operation is at %s", url);
	acr_error_clear(error);
	return acr_fail(error, ACR_ERROR_INTERRUPTED, "Interrupted: the operation %s in the service.%s%s%s",
			url ? "goes on" : "may go on", line ? " Look at it with 'acr " : "", line ? line : "", line ? "'." : "");
}
