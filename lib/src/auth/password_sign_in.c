/* Signing in with a user name and a password: https://datatracker.ietf.org/doc/html/rfc6749#section-4.3 */
#include "auth/signed_in.h"

int acr_password_sign_in(const struct acr_login *login, const char *username, const char *password,
			 struct acr_signed_in *ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();

	acr_json_set_str(fields, "grant_type", "password");
	acr_json_set_str(fields, "username", username);
	acr_json_set_str(fields, "password", password);
	return login_request(login, fields, NULL, ret, error);
}
