/* The tables as JSON, for `__table`: what the program can be compared with a description of its commands by. */
#ifndef CLI_TABLEJSON_H
#define CLI_TABLEJSON_H

#include <acr/json.h>

/* An object: "global_options" and "commands", each with its options; yours to free. */
struct acr_json *table_json(void);

#endif
