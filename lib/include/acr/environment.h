/* The variables that a hosting service or a CI system sets for the programs that it runs. The library asks for them
 * by name and never looks at the process's own environment. */
#ifndef ACR_ENVIRONMENT_H
#define ACR_ENVIRONMENT_H

/* The value of a variable, NULL when it is not set or empty; lent for the life of the process. */
typedef const char *(*acr_environment)(const char *name);

#endif
