/* Parsed command lines: look values up, free them. */
#include <stdlib.h>
#include <string.h>
#include "args.h"
#include "opttype.h"

void args_clear(struct args *args)
{
	for (size_t i = 0; i < args->count; i++)
		acr_json_free(args->list[i].value);
	free(args->list);
	acr_json_free(args->memory);
	acr_json_free(args->updates);
	*args = (struct args){0};
}

const struct acr_json *args_value(const struct args *args, const char *key)
{
	for (size_t i = 0; i < args->count; i++)
		if (args->list[i].value && !strcmp(option_key(args->list[i].option), key))
			return args->list[i].value;
	return NULL;
}

const char *args_string(const struct args *args, const char *key)
{
	return acr_json_string(args_value(args, key));
}

bool args_flag(const struct args *args, const char *key)
{
	return acr_json_bool(args_value(args, key));
}

long args_integer(const struct args *args, const char *key, long fallback)
{
	const struct acr_json *value = args_value(args, key);

	return acr_json_is(value, ACR_JSON_NUMBER) ? (long)acr_json_number(value) : fallback;
}

bool args_given(const struct args *args, const char *key)
{
	for (size_t i = 0; i < args->count; i++)
		if (args->list[i].given && !strcmp(option_key(args->list[i].option), key))
			return true;
	return false;
}
