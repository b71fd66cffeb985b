/* The parser's machine: takes a command line word by word. argparse.c drives it to the end; complete.c stops before
 * the last word and looks where it stands. */
#ifndef CLI_PARSER_H
#define CLI_PARSER_H

#include "args.h"
#include "io.h"
#include "table.h"

struct parser {
	struct args *args;
	struct io *io;             /* NULL: @FILE is not looked at */
	bool as_az, inside;        /* inside: "acr" has been said */
	struct acr_buf path;       /* command words so far, as in the tables */
	bool ended;                /* "--" has been said */
	const struct option *open; /* takes the next words that are values; NULL */
	struct acr_json *value;    /* what it has so far */
	size_t words;              /* how many of them there were */
	struct acr_json *unknown;  /* array: words that nothing takes */
	struct acr_json *remarks;  /* array: what is deprecated or of no effect */
	struct acr_json *previews; /* array: what is in preview */
};

void parser_init(struct parser *parser, struct args *args, struct io *io, bool as_az);
void parser_clear(struct parser *parser);
int parser_word(struct parser *parser, const char *word, struct acr_error *error) ACR_MUST_CHECK;
/* There are no more words: the open option must have all of its own. */
int parser_close(struct parser *parser, struct acr_error *error) ACR_MUST_CHECK;/* Forget the open option. */
void parser_drop(struct parser *parser);

/* One of the words that name the command. */
int parser_command_word(struct parser *parser, const char *word, struct acr_error *error) ACR_MUST_CHECK;

/* The part of the table in which the next command word is looked up. */
enum table_part parser_part(const struct parser *parser);
/* Where an option's value is kept: that of the first option with the same key. NULL for those of a set (options.h). */
struct arg *parser_slot(const struct parser *parser, const struct option *option);
/* The positional that would take the next value; NULL. */
const struct option *parser_positional(const struct parser *parser);
/* Whether an option takes (a) further words. */
bool parser_takes(const struct option *option, size_t words);
/* Check one word and add it to a value of the option. */
int parser_add(const struct option *option, const char *word, struct acr_json **value,
	       struct acr_error *error) ACR_MUST_CHECK;
/* The options that can stand now: those of the command, then those of its sets. `index` counts up from 0. */
const struct option *parser_option(const struct parser *parser, size_t index);

/* Point args->global at what has been given so far. */
void parser_set_global(struct args *args);

#endif
