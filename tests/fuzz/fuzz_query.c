/* Any expression on a fixed document: no crash, and every failure has a message. With a line end in the input, what
 * follows it is the document instead. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <acr/query.h>

static const char document[] =
	"{\"a\":[1,2.5,-3,{\"b\":[\"x\",\"y\",null,true]}],\"b\":{\"c\":{\"d\":\"text \\u00e9\"}},\"c\":[[1],[2,[3]]],"
	"\"name\":\"n\",\"list\":[{\"name\":\"a\",\"n\":1},{\"name\":\"b\",\"n\":3},{\"name\":\"c\",\"n\":2}]}";

static void run(const char *expression, const struct acr_json *value)
{
	ACR_AUTO_PTR(acr_query) *query = NULL;
	ACR_AUTO_PTR(acr_json) *result = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int code = acr_query_compile(expression, &query, &error);
	if (code == 0) {
		acr_query_is_projection_of_hash(query);
		code = acr_query_run(query, value, &result, &error);
	}
	if (code == 0 ? !result : !error.message || error.code != code) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ACR_AUTO_FREE char *text = acr_strndup((const char *)data, size > 4096 ? 4096 : size);
	ACR_AUTO_PTR(acr_json) *value = NULL;
	char *line_end = strchr(text, '\n');
	const char *json = line_end ? line_end + 1 : document;
	if (line_end) {
		*line_end = '\0';
	}
	if (acr_json_parse(json, strlen(json), &value, NULL) == 0) {
		run(text, value);
	}
	return 0;
}
