/* argv → struct args, or one clear message. */
#ifndef CLI_ARGPARSE_H
#define CLI_ARGPARSE_H

#include "args.h"
#include "io.h"

struct parse_settings {
	bool as_az; /* called through a link named az: "acr create", "group create" */
	/* The configured default of an option ([defaults] acr, group, location); NULL or "" when there is none. Lent
	 * until the next call. */
	const char *(*configured)(void *user, const char *key);
	void *user;
};

/* Parse the words after the program's name. Errors are ACR_ERROR_USAGE. `io` is used for @- (standard input) and for
 * warnings about deprecated spellings. With -h, --help or a leading "help" the result has global.help set and
 * nothing is required. */
int args_parse(int argc, char *const *argv, const struct parse_settings *settings, struct io *io, struct args *ret,
               struct acr_error *error) ACR_MUST_CHECK;

#endif
