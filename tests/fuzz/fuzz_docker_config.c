/* Contents of docker's config.json: whatever is in there, it is refused, or a login is put in, and what was written is
 * read and written the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "auth/docker_config.h"
#include "auth/indent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char registry[] = "reg.azurecr.io";
	ACR_AUTO_FREE char *text = acr_strndup((const char *)data, size);
	ACR_AUTO_PTR(acr_json) *config = NULL;
	ACR_AUTO_PTR(acr_json) *again = NULL;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) out_again = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	if (docker_config_parse(text, strlen(text), &config, &error) < 0) {
		if (!error.message)
			abort();
		return 0;
	}
	const char *helper = docker_config_helper(config, registry, true);
	docker_config_set(config, registry, "me", helper ? NULL : "secret");
	json_indent(config, "\t", &out);
	if (docker_config_parse(acr_buf_str(&out), out.length, &again, &error) < 0)
		abort();
	json_indent(again, "\t", &out_again);
	if (strcmp(acr_buf_str(&out), acr_buf_str(&out_again)) != 0)
		abort();
	const struct acr_json *entry = acr_json_get(acr_json_get(again, "auths"), registry);
	if (acr_json_size(entry) != (helper ? 0 : 1))
		abort();
	return 0;
}
