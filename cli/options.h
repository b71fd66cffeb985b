/* Options that many commands share, each defined once. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "opttype.h"
#include "spec.h"

extern const struct option opt_registry;       /* --registry -r */
extern const struct option opt_registry_name;  /* --name -n: the registry, in commands about the registry itself */
extern const struct option opt_new_registry;   /* --name -n of create and check-name: taken as typed */
extern const struct option opt_resource_group; /* --resource-group -g */
extern const struct option opt_required_group; /* the same, required */
extern const struct option opt_location;
extern const struct option opt_tags;
extern const struct option opt_yes;
extern const struct option opt_no_wait;
extern const struct option opt_username, opt_password, opt_suffix; /* registry sign-in */
#define SIGN_IN &opt_suffix, &opt_username, &opt_password
extern const struct option opt_engine;         /* --engine: whose logins */
extern const struct option opt_hidden_group;                       /* -g where it no longer means anything */
extern const struct option opt_top, opt_orderby;
/* --repository and --gateway: permissions of a token or scope map; their texts, for options that change them */
extern const struct option opt_repository_permission, opt_gateway_permission;
/* What --location is by default: where the registry is. */
#define FILL_LOCATION { .bind = BODY("/location"), .value = "home.location" }
#define REPOSITORY_PERMISSION(lead)                                                                                    \
	lead ": REPOSITORY ACTION [ACTION …] a use. Actions: content/delete, content/read, content/write, "          \
	     "metadata/read, "                                                                                         \
	     "metadata/write."
#define GATEWAY_PERMISSION(lead)                                                                                       \
	lead ": CONNECTED_REGISTRY ACTION [ACTION …] a use. Actions: config/read, config/write, message/read, "      \
	     "message/write."
/* The rule that such an option, by its key in expressions, names an action behind each name. */
#define NEEDS_ACTION(key, example)                                                                                     \
	{                                                                                                              \
		.when = key "[?length(@) < `2`]",                                                                      \
		.refuse = "At least one action must be specified with \"{" key "[?length(@) < `2`] | [0][0]}\", as in " \
			  "'{" key "[?length(@) < `2`] | [0][0]} " example "'.",                                       \
	}
/* --set, --add, --remove, --force-string */
extern const struct option opt_set, opt_add, opt_remove, opt_force_string;

/* Options that every command has beside its own, ended by NULL. */
extern const struct option opt_help, opt_output, opt_query, opt_subscription, opt_verbose, opt_debug;
extern const struct option opt_only_show_errors;
extern const struct option *const global_options[];

/* Options that commands get from a common mechanism, beside their own. */
struct option_set {
	const char *heading; /* "Global": in help "Global Arguments" */
	const char *about;   /* sentences for acr(1), which explains the set once for all commands; NULL */
	const struct option *const *options; /* ended by NULL */
	/* Whether a command has them; NULL: every command, and a command line whose command is not known yet. */
	bool (*offered)(const struct command *command);
};
/* All of them in the order of help, the global ones last; ended by one without options. */
extern const struct option_set option_sets[];
/* Whether the command (NULL: none yet) has the options of that set. */
bool option_set_offered(const struct option_set *set, const struct command *command);

#endif
