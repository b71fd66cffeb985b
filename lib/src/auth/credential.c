/* What all credentials and tokens have in common. */
#include <stdlib.h>
#include <string.h>
#include <acr/credential.h>
#include <acr/encode.h>

#define MAX_CLAIMS ((size_t)1 << 20)

void acr_token_clear(struct acr_token *token)
{
	free(token->secret);
	free(token->by);
	*token = (struct acr_token){0};
}

struct acr_json *acr_token_claims(const char *token)
{
	const char *start = token ? strchr(token, '.') : NULL;
	const char *end = start ? strchr(start + 1, '.') : NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_CLAIMS);
	struct acr_json *ret = NULL;

	if (!end || acr_base64_decode(start + 1, (size_t)(end - start - 1), &text, NULL) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, &ret, NULL) < 0)
		return NULL;
	return ret;
}

void acr_credential_free(struct acr_credential *credential)
{
	if (credential)
		credential->free(credential);
}
