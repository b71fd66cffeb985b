/* What a running command has: its arguments, streams, settings, and the client made from them. */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include <acr/acr.h>
#include <acr/image.h>

#include "args.h"
#include "io.h"
#include "registry_name.h"
#include "settings.h"

struct context {
	struct io *io;
	const struct args *args;
	struct settings *settings;
	struct acr_clock clock;       /* interrupted by SIGINT and SIGTERM */
	int64_t grace, signalled;     /* ms that a signal may wait, see context_set_grace(); ticks when it was seen */
	struct acr_client *client;    /* NULL until context_client() */
	struct registry_name name;    /* of the command's registry; cleared until it is asked for */
	struct acr_registry registry; /* cleared until context_registry() */
	struct acr_json *resource;    /* the registry itself, when its details had to be asked for; NULL */
	struct acr_image target;      /* what of the registry's content the command is about; cleared until target_read() */
	char *login_server;           /* NULL until context_login_server(), unless the user gave an address */
	const char *tenant;           /* to sign in to instead of the account's own; lent, NULL = the account's */
	const char *subscription;     /* instead of what --subscription says; lent, NULL = that */
	bool login_ready;             /* the client knows how to sign in to it */
	struct acr_curl_options http; /* lent to the client */
	char *user_agent;
	char *typed_password;         /* asked for because --username came alone */
	struct acr_json *facts;       /* what expressions look at, see facts.h; NULL until they do */
	const struct variant *variant; /* of the command, once run_prepare() chose it; NULL for none */
	const struct column *columns; /* of the result; the command's unless a runner prints something else */
	bool table;                   /* the result is printed as a table */
	bool fresh;                   /* nothing that is cached is used; before context_client() */
	bool result_given;            /* -o or --query stood on the command line */
	bool queried, plain_rows;     /* of the result, see struct output_options: the runner applied an expression */
};

void context_init(struct context *context, struct io *io, const struct args *args, struct settings *settings);
void context_clear(struct context *context);

/* The client for the active cloud and account; made at the first call. */
int context_client(struct context *context, struct acr_client **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Who is signed in with the Azure CLI: the subscription's account, else the default one; NULL when nobody is. Lent. */
int context_account(const struct context *context, const struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Check the name of the command's registry, which makes no request. ACR_ERROR_GENERAL when it cannot be one. */
int context_registry_name(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* The registry that the command is about (option "registry", in the group of option "resource-group"), located at
 * the first call. Its id is always there; context_registry_details() also asks for the rest where it is not known. */
int context_registry(struct context *context, const struct acr_registry **ret, struct acr_error *error) ACR_MUST_CHECK;
int context_registry_details(struct context *context, const struct acr_registry **ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* The registry resource itself, as the service has it; the caller owns it. What context_registry_details() has asked
 * for just before is not asked for again. */
int context_registry_resource(struct context *context, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The login server of the command's registry, and user name and password for it if given. Lent until
 * context_login_server_again(). */
int context_login_server(struct context *context, const char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* After ACR_ERROR_NETWORK from the login server: ask management where the registry is. 0, and no error any more, when
 * it is somewhere else: what failed may be tried again there. Otherwise the error is kept: why nothing could be
 * learned, or nobody is signed in to ask, is not what the user needs to hear. */
int context_login_server_again(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* acr_call() on the command's registry (params->path gains "loginServer" or "registryId"). A login server that does
 * not answer is looked up once more: the registry may have moved, or have a domain name label. `params` stays the
 * caller's. */
int context_call(struct context *context, const struct acr_op *op, struct acr_params *params,
                 const struct acr_call_options *options, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* From now on SIGINT and SIGTERM interrupt what is waited for only when it takes so many ms more (0: at once): for
 * requests that cannot be undone without their answer. */
void context_set_grace(struct context *context, int64_t milliseconds);
/* Whether SIGINT or SIGTERM came; the number of the signal, 0 for none. */
int context_signal(void);
/* Let SIGINT and SIGTERM interrupt waiting from now on. A second one of them ends the process. */
void context_catch_signals(void);
/* Forget a signal that was dealt with: what follows may wait again; the next signal ends the process. */
void context_release_signals(void);

/* Ask a question that is answered with y or n; 0 for y, ACR_ERROR_CANCELLED for n or when nobody can be asked.
 * Nothing is asked when the option "yes" was given or [core] disable_confirm_prompt is set. */
int context_confirm(struct context *context, struct acr_error *error, const char *format, ...) ACR_PRINTF(3, 4);
/* Ask for a line; `hidden` for passwords. Yours to free(). */
int context_ask(struct context *context, const char *prompt, bool hidden, char **ret, struct acr_error *error)
	ACR_MUST_CHECK;

#endif
