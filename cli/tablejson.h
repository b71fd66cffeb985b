/* The tables as JSON, for `__table`: what the program can be compared with a description of its commands by. */
#ifndef CLI_TABLEJSON_H
#define CLI_TABLEJSON_H

#include <acr/json.h>

/* An array of all commands with their options; yours to free. */
struct acr_json *table_json(void);

#endif
