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
extern const struct option_type type_append;     /* one word a use: array of strings (with OPT_APPEND) */
extern const struct option_type type_tags;       /* key=value words: object; '' clears it to {} */
extern const struct option_type type_assignment; /* NAME=VALUE a use: array of {"name","value"}; NAME alone takes the
                                                    variable of that name, else "" (with OPT_APPEND) */
extern const struct option_type type_location;   /* "East US" → "eastus" */
extern const struct option_type type_query;      /* JMESPath, checked */

#endif
