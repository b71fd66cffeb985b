/* The vocabulary in which commands are written down: rows of data, no functions.
 *
 * A command is a row in one of the tables of cli/groups/. Help, completion, manual pages and parsing are views of
 * these rows; what goes on the wire is the row's operation (<acr/op.h>). */
#ifndef CLI_SPEC_H
#define CLI_SPEC_H

#include <acr/error.h>
#include <acr/json.h>
#include <acr/op.h>

struct context;
struct option;

/* How many words an option takes. */
enum arity {
	ARITY_NONE,     /* a flag */
	ARITY_ONE,
	ARITY_OPTIONAL, /* "--admin-enabled" or "--admin-enabled true" */
	ARITY_MANY,     /* one or more, up to the next option */
	ARITY_ANY,      /* none or more */
};

/* What an option's words mean. */
struct option_type {
	const char *name;    /* what its values are: "resource group" */
	const char *metavar; /* "NUMBER" in the manual; NULL: the last word of the option's name */
	const char *example; /* a right value, for messages; NULL where nothing can be wrong, or the choices say it */
	/* Of types that need no code of their own (form.c): what a word looks like, as a POSIX extended regular expression
	 * over all of it, in bytes. */
	const char *pattern;
	enum arity arity;
	bool text;  /* free text: line ends and tabs may be in it, and it may be long */
	bool bytes; /* any bytes but a carriage return at the end: names of files */
	bool list;  /* of types with a pattern: words gather in an array */
	bool empty; /* '' is taken where the option is not required, and counts as absent there, as in az */
	/* Take one word (NULL for an option given without any) into *value, which is NULL at first and belongs to the
	 * caller: a single value is replaced, a list grows. ACR_ERROR_USAGE with a message that names no option (the
	 * parser puts "argument --sku: " in front). */
	int (*add)(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error);
	/* The only words there are, ended by NULL, when the type itself knows them; see struct option. */
	const char *const *choices;
};

/* Where a value goes in the request of the command's operation. Body members are named by JSON pointers, in which
 * "{login-server}" stands for an option's value. */
enum bind_kind {
	BIND_NONE, /* nowhere: a runner or a common mechanism looks at it */
	BIND_PATH, /* `to` is a name of the operation's path template */
	BIND_QUERY,
	BIND_HEADER,
	BIND_FILTER, /* a condition of the query's $filter, "{}" standing for the value: "TaskName eq '{}'" */
	BIND_BODY,   /* a member of the body */
	BIND_ID,     /* the same; what is sent is the id of the registry's resource that has this name */
	BIND_SECRET, /* the same; what is sent is {"value","type"}: a text, or where a key vault has it */
	/* Items of a list, which starts with what `base` has: */
	BIND_ADD,    /* they come to it, unless they are there */
	BIND_REMOVE, /* they are taken from it */
	/* Managed identities: ids, names within the registry's resource group, "[system]". No item means the system's: */
	BIND_ASSIGN,   /* they come to those of the identity object; '' makes it one of type "None" */
	BIND_UNASSIGN, /* they are taken from it, "[all]" at once; a PATCH names them with null */
};
struct bind {
	enum bind_kind kind;
	const char *to;
	/* Of BIND_ID: "scopeMaps". Of a list of ids of resources in the registry's group:
	 * "Microsoft.Network/virtualNetworks/{vnet-name}/subnets". */
	const char *type;
	const char *when_true, *when_false; /* for booleans: what is sent instead, "Enabled" and "Disabled" */
	const char *const *sent;            /* for choices: what is sent instead of each, ended by NULL */
	const char *constant;               /* JSON that is sent instead of the value of a flag, or of any other */
	/* Of lists: items are objects, told apart by this member; `item` (JSON) is what new ones have beside it. */
	const char *member, *item;
	const char *prefix;   /* of permissions: "repositories" */
	const char *missing;  /* what is said when there is nothing to take away; "{item}" stands for it */
	bool missing_is_fine; /* it is a warning only */
	bool digest;          /* the value is an image, known by "repository@digest" */
};
#define PATH(name) { .kind = BIND_PATH, .to = (name) }
#define QUERY(name) { .kind = BIND_QUERY, .to = (name) }
#define HEADER(name) { .kind = BIND_HEADER, .to = (name) }
#define FILTER(condition) { .kind = BIND_FILTER, .to = (condition) }
#define BODY(pointer) { .kind = BIND_BODY, .to = (pointer) }
#define BODY_ID(pointer, resources) { .kind = BIND_ID, .to = (pointer), .type = (resources) }
#define BODY_SWITCH(pointer, on, off) { .kind = BIND_BODY, .to = (pointer), .when_true = (on), .when_false = (off) }
#define BODY_CONSTANT(pointer, json) { .kind = BIND_BODY, .to = (pointer), .constant = (json) }
#define ASSIGN(pointer) { .kind = BIND_ASSIGN, .to = (pointer) }
#define BODY_SECRET(pointer) { .kind = BIND_SECRET, .to = (pointer) }

enum option_flag {
	OPT_REQUIRED = 1 << 0,
	OPT_POSITIONAL = 1 << 1,
	OPT_APPEND = 1 << 2,     /* every use adds; without it the last use wins */
	OPT_SECRET = 1 << 3,     /* value never shown */
	OPT_HIDDEN = 1 << 4,     /* parses, but is not in help */
	OPT_PREVIEW = 1 << 5,
	OPT_DEPRECATED = 1 << 6, /* warns; `instead` names the replacement, if any */
	OPT_EMPTY_CLEARS = 1 << 7, /* '' sends JSON null */
	OPT_RAW = 1 << 8,          /* a flag: the answer's bytes are printed as they are */
	OPT_OFFLINE = 1 << 9,      /* with it nobody is contacted: of the required ones only positionals still are */
};

struct option {
	const char *name;   /* long name without dashes: "resource-group"; of a positional: "SOURCE_LOCATION" */
	const char *alias;  /* a second long name; NULL */
	char letter;        /* 0 when none */
	char other_letter;  /* a second one: `group show` takes -n and -g */
	const char *key;    /* how code asks for it; NULL = name (aliases of one another share a key) */
	const struct option_type *type;
	unsigned flags;     /* enum option_flag */
	struct bind bind;
	/* The only words there are, ended by NULL. Matched in any case; the type is handed the listed spelling. */
	const char *const *choices;
	const char *fallback;       /* value when absent, as it would be typed; NULL */
	const char *config_default; /* key of [defaults] in the configuration: "acr", "group", "location" */
	long minimum, maximum;      /* of integers, when one of them is not 0 */
	const char *complete;       /* what completion offers: "registry", "repository", "location", "file", … */
	const char *heading;        /* group of options in help ("Network Rule"); NULL = Arguments */
	const char *instead;        /* replacement of a deprecated option */
	const char *help;           /* one sentence, or more */
};

/* One column of -o table. */
struct column {
	const char *header;
	const char *path; /* JMESPath over the printed result's row */
	/* Writes the cell (nothing for a blank); NULL = the scalar as text. */
	void (*format)(const struct acr_json *value, struct acr_buf *out);
	bool each; /* a list at `path` is one row an item also for `format`, which is else given the whole list */
};

struct example {
	const char *what;    /* "Build from the current folder" */
	const char *command; /* "acr build -r myregistry -t sample/hello:v1 ." */
};

/* Expressions in rows are JMESPath over one object: every option's value under its key, written with underscores
 * (resource_group), those without a value absent; `updates`, what --set and its like ask for; `present`, the resource
 * that `base` is taken from; `home`, the registry ({"location"}), which is asked for where it is not known. An
 * expression is true unless it gives null, false or something empty. In texts, braces hold expressions.
 *
 * What is refused, warned of or asked: where `when` is true. Rules come before the first request, but those that name
 * `present` or `home` as soon as that is known. */
struct rule {
	const char *when;
	const char *both[2];              /* instead of `when`: keys of two lists that share something, called `both` */
	const char *refuse, *warn, *ask;  /* one of them … */
	const char *done;                 /* … or what is told once the service has accepted the request */
};
/* What the command does instead when an option says so: the first whose `when` is true. Nothing of the command changes
 * but what the variant names. */
struct variant {
	const char *when;
	const struct acr_op *op;
	const char *base;
	const struct acr_op *base_op;
	const char *select, *model, *confirm;
	const struct column *columns;
};
/* A part of the path or body that no option gave; nothing is sent for a value that is not true. */
struct fill {
	const char *value; /* expression */
	struct bind bind;  /* PATH() or BODY() */
};
/* What is said instead of the service's own words, by the code of its error or a part of that. */
struct hint {
	const char *code, *text;
};

enum command_status { STATUS_GA, STATUS_PREVIEW, STATUS_DEPRECATED };

enum command_flag {
	CMD_HIDDEN = 1 << 0,    /* works, but is not listed in help */
	CMD_NO_RESULT = 1 << 1, /* the answer is not printed (delete, cancel) */
	CMD_UPDATE = 1 << 2,    /* --set, --add, --remove, --force-string work on `update_model` */
	CMD_MAY_DECLINE = 1 << 3, /* a no to the question is an answer, not a failure */
	CMD_SHOW = 1 << 4,      /* what a registry does not have is exit status 3, as with az where it shows one thing */
};

/* What of a registry's content a command is about: named by --repository or --image; or by --name with --registry, or
 * the address that stands for these two (a positional with the key "id"). Its parts are values of the operation's path
 * template: {repository}, {tag}, {digest}, and {reference}, which is the tag or else the digest. Expressions know them
 * as `target`. */
enum target_kind {
	TARGET_NONE,
	TARGET_REPOSITORY, /* a repository alone */
	TARGET_TAGS,       /* a repository, or one tag in it */
	TARGET_TAG,        /* a tag, "latest" by default */
	TARGET_ARTIFACT,   /* a tag or a digest; also a repository, by --repository */
	TARGET_MANIFEST,   /* the same, and a tag's digest is asked for before anything else */
};

struct command {
	const char *path;    /* words after the program's name: "webhook create" */
	const char *summary; /* one line, ends with a full stop */
	const char *details; /* further text for help and the manual page; NULL */
	const struct option *const *options;  /* ended by NULL; see OPTIONS() */
	const struct example *examples;       /* ended by an empty one; see EXAMPLES() */
	const struct acr_op *op;              /* what the default runner performs */
	enum target_kind target;
	/* Replaces the default runner. *ret may stay NULL: nothing is printed. */
	int (*run)(struct context *context, struct acr_json **ret, struct acr_error *error);
	const struct rule *rules;       /* ended by an empty one; see RULES() */
	const struct variant *variants; /* ended by an empty one; see VARIANTS() */
	const struct fill *fill;        /* ended by an empty one; see FILL() */
	const struct hint *hints;       /* ended by an empty one; see HINTS() */
	/* Refusals that neither the options' types nor rules can express; before the first request. */
	int (*check)(struct context *context, struct acr_error *error);
	/* Completes the request where binds and `fill` cannot. */
	int (*prepare)(struct context *context, struct acr_params *params, struct acr_error *error);
	const char *body;         /* JSON: members every request body has */
	/* Members that the request repeats from the resource as it is (model_pick() shape), below what `body` and the
	 * options say; "" = none, it is only looked at; NULL = it is not asked for. Asked for by `base_op`, by default the
	 * registry itself. */
	const char *base;
	const struct acr_op *base_op;
	const char *select;       /* JMESPath: the part of the answer that is printed */
	const char *model;        /* printed shape of the answer (model.h); NULL = as received */
	const char *update_model; /* members that --set and its like may name */
	const struct column *columns; /* ended by an empty one; NULL = all scalar members */
	const char *confirm;      /* question asked without --yes; "{name}" stands for an option's value */
	const char *sku;          /* "managed" or "Premium": what the registry must be */
	unsigned flags;           /* enum command_flag */
	enum command_status status;
	const char *instead;      /* replacement of a deprecated command */
	const char *watch; /* the command that shows what becomes of this one; NULL = the nearest "… show" */
};

/* The tables in a row. .options = OPTIONS(&opt_registry, &name), .examples = EXAMPLES({ "What it shows", "acr …" }) */
#define OPTIONS(...) (const struct option *const[]) { __VA_ARGS__, NULL }
#define EXAMPLES(...) (const struct example[]) { __VA_ARGS__, { 0 } }
#define COLUMNS(...) (const struct column[]) { __VA_ARGS__, { 0 } }
#define RULES(...) (const struct rule[]) { __VA_ARGS__, { 0 } }
#define VARIANTS(...) (const struct variant[]) { __VA_ARGS__, { 0 } }
#define FILL(...) (const struct fill[]) { __VA_ARGS__, { 0 } }
#define HINTS(...) (const struct hint[]) { __VA_ARGS__, { 0 } }
#define CHOICES(...) (const char *const[]) { __VA_ARGS__, NULL }

/* The commands of one noun. */
struct group {
	const char *path;    /* "webhook"; "" for commands directly below the program */
	const char *summary; /* "Manage webhooks." */
	bool outside;        /* az has it beside `acr`, not below: group, account, version */
	enum command_status status;
	const struct command *commands; /* ended by a row without a path */
};

#endif
