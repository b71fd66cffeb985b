/* The words of a command line, parsed. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "spec.h"

/* Options of sets (options.h): those that every command has beside its own, and others that many have. */
struct global_args {
	const char *output;       /* NULL when not given */
	const char *query;        /* NULL when not given */
	const char *subscription; /* NULL when not given */
	const char *change_reference; /* NULL when not given, or empty */
	bool acquire_policy_token;
	const struct acr_json *ids; /* array of what --ids was given; NULL when it was not */
	bool help, verbose, debug, only_show_errors;
};

struct arg {
	const struct option *option;
	struct acr_json *value; /* NULL when neither given nor defaulted */
	bool given;             /* stood on the command line */
};

struct args {
	const struct command *command; /* NULL: help for a group, or the program itself */
	const char *group;             /* words that were understood when command is NULL: "", "webhook" */
	struct global_args global;
	struct arg *list; /* one for each option of the command, in their order */
	size_t count;
	struct acr_json *memory; /* owns what `global` points to */
	/* --set, --add, --remove in the order they were given: array of {"action":"set","words":[…]}; NULL */
	struct acr_json *updates;
};

void args_clear(struct args *args);
/* The value of an option by key; NULL when absent. Lent, as the others are. */
const struct acr_json *args_value(const struct args *args, const char *key);
const char *args_string(const struct args *args, const char *key); /* NULL unless it is a string */
bool args_flag(const struct args *args, const char *key);          /* true only for a true boolean */
long args_integer(const struct args *args, const char *key, long fallback);
bool args_given(const struct args *args, const char *key);

#endif
