/* Values that completion offers and that only a service knows: registries, repositories, tags, locations. */
#ifndef CLI_COMPLETE_VALUES_H
#define CLI_COMPLETE_VALUES_H

#include <acr/buf.h>

#include "args.h"

/* For complete_words(); `user` is the struct settings. Values come from a cache that lives for a minute. */
void complete_from_services(void *user, const struct args *args, const char *kind, const char *prefix,
                            struct acr_buf *out);

#endif
