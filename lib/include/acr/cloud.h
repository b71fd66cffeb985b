/* The endpoints of one Azure cloud. */
#ifndef ACR_CLOUD_H
#define ACR_CLOUD_H

#include <stdbool.h>
#include "error.h"

/* All strings owned, without a slash at the end; NULL where the cloud has no such endpoint. */
struct acr_cloud {
	char *name;             /* "AzureCloud" */
	char *resource_manager; /* "https://management.azure.com" */
	char *authority;        /* "https://login.microsoftonline.com"; one ending in /adfs is an AD FS authority */
	char *audience;         /* of management tokens, with its slash: "https://management.core.windows.net/" */
	char *graph;            /* "https://graph.microsoft.com": Microsoft Graph, the directory of users and applications */
	char *registry_suffix;  /* ".azurecr.io"; NULL: the login server is in the registry resource alone */
	char *storage_suffix;   /* "core.windows.net" */
	char *vault_suffix;     /* ".vault.azure.net" */
};

/* One of the built-in clouds by name (any case): AzureCloud, AzureChinaCloud, AzureUSGovernment, AzureGermanCloud.
 * Returns false for other names. The caller clears. */
bool acr_cloud_builtin(const char *name, struct acr_cloud *ret);
/* Names of the built-in clouds, ended by NULL. */
extern const char *const acr_cloud_names[];
/* Whether its authority is an AD FS server, which has no tenants and other endpoints. */
bool acr_cloud_is_adfs(const struct acr_cloud *cloud);
/* Free its strings. */
void acr_cloud_clear(struct acr_cloud *cloud);

#endif
