/* A transport that has writes approved by the Azure policies that ask a service outside of Azure. */
#ifndef HTTP_POLICY_TOKEN_H
#define HTTP_POLICY_TOKEN_H

#include <acr/transport.h>

/* Asks for a policy token before each management request that is no GET or HEAD, and sends it along as
 * x-ms-policy-external-evaluations ("Acquire" of Microsoft.Authorization's policy tokens, 2025-11-01). A request for
 * which there is no token is not sent. `next` (taken) adds the authorization of both. `resource_manager` is where
 * management is; requests to other hosts pass. `subscription` (may be NULL) is asked where the request's URL names
 * none; `change_reference` (may be NULL) is the id of the change that the requests belong to. */
struct acr_transport *policy_token_new(struct acr_transport *next, const char *resource_manager,
				       const char *subscription, const char *change_reference);

#endif
