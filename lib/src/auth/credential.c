/* What all credentials and tokens have in common. */
#include <stdlib.h>
#include <acr/credential.h>

void acr_token_clear(struct acr_token *token)
{
	free(token->secret);
	*token = (struct acr_token){0};
}

void acr_credential_free(struct acr_credential *credential)
{
	if (credential)
		credential->free(credential);
}
