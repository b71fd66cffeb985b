/* https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
#include <string.h>
#include <acr/encode.h>
#include "auth/jwt.h"

#define LIFETIME_S 600

static struct acr_json *make_header(const struct client_key *key, const struct jwt_statement *statement)
{
	struct acr_json *header = acr_json_new_object();
	ACR_AUTO_FREE char *thumbprint = client_key_thumbprint(key, !statement->sha1);

	acr_json_set_str(header, "alg", statement->sha1 ? "RS256" : "PS256");
	acr_json_set_str(header, "typ", "JWT");
	acr_json_set_str(header, statement->sha1 ? "x5t" : "x5t#S256", thumbprint);
	if (statement->send_chain)
		acr_json_set(header, "x5c", client_key_chain(key));
	return header;
}

static struct acr_json *make_claims(const struct jwt_statement *statement)
{
	struct acr_json *claims = acr_json_new_object();
	char id[37];

	acr_uuid(id);
	acr_json_set_str(claims, "aud", statement->audience);
	acr_json_set_str(claims, "iss", statement->client_id);
	acr_json_set_str(claims, "sub", statement->client_id);
	acr_json_set_str(claims, "jti", id);
	acr_json_set_num(claims, "iat", (double)statement->now);
	acr_json_set_num(claims, "nbf", (double)statement->now);
	acr_json_set_num(claims, "exp", (double)(statement->now + LIFETIME_S));
	return claims;
}

static void add_part(const struct acr_json *value, struct acr_buf *out)
{
	ACR_AUTO_FREE char *text = acr_json_text(value);

	acr_base64url_encode(text, strlen(text), out);
}

int jwt_sign(const struct client_key *key, const struct jwt_statement *statement, char **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *header = make_header(key, statement);
	ACR_AUTO_PTR(acr_json) *claims = make_claims(statement);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) signature = ACR_BUF_INIT;
	int rc;

	add_part(header, &text);
	acr_buf_putc(&text, '.');
	add_part(claims, &text);
	if ((rc = client_key_sign(key, !statement->sha1, text.data, text.length, &signature, error)) < 0)
		return rc;
	acr_buf_putc(&text, '.');
	acr_base64url_encode(signature.data, signature.length, &text);
	*ret = acr_buf_take(&text);
	return 0;
}
