/* The types of options: how a word is read, checked and turned into JSON. */
#ifndef CLI_OPTTYPE_H
#define CLI_OPTTYPE_H

#include "spec.h"

extern const struct option_type type_flag;       /* no word: true */
extern const struct option_type type_string;     /* one word */
extern const struct option_type type_path;       /* one word, a local path: completion offers files */
extern const struct option_type type_choice;     /* one of option->choices, any case in, listed case out */
extern const struct option_type type_boolean;    /* none, or true or false in any case */
extern const struct option_type type_integer;    /* whole number within option->minimum and maximum */
extern const struct option_type type_list;       /* one or more words: array of strings */
extern const struct option_type type_list_any;   /* none or more words: array of strings */
extern const struct option_type type_append;     /* one word a use: array of strings (with OPT_APPEND) */
extern const struct option_type type_tags;       /* key=value words: object; '' clears it to {} */
extern const struct option_type type_assignment; /* NAME=VALUE a use: array of {"name","value"}; NAME alone takes the
                                                    variable of that name, else "" (with OPT_APPEND) */
extern const struct option_type type_setting;    /* the same, but NAME alone is always "" */
extern const struct option_type type_location;   /* "East US" → "eastus" */
extern const struct option_type type_query;      /* JMESPath, checked */
/* opttype_check.c */
extern const struct option_type type_fields;     /* KEY=VALUE words, or JSON objects: object of strings */
extern const struct option_type type_name;       /* letters, digits, - and _; option->minimum to maximum characters */
extern const struct option_type type_cron;       /* a cron line of five parts */
extern const struct option_type type_timer;      /* [NAME:]CRON a use: array of timer triggers (with OPT_APPEND) */
extern const struct option_type type_duration;   /* ISO 8601: P2D, PT3H */
extern const struct option_type type_inverse;    /* a boolean whose opposite is meant: --no-push */

/* What code asks for it by: its key, or else its name. */
const char *option_key(const struct option *option);
/* The words it may have, its own or its type's, ended by NULL; NULL when any will do. */
const char *const *option_choices(const struct option *option);
/* Append how messages call it: "--resource-group/-g", "<SOURCE_LOCATION>". */
void option_label(const struct option *option, struct acr_buf *out);

#endif
