/* Command lines of any bytes: lines are words. Parsing them, completing them and asking for help must not fail in any
 * but the defined ways. The first byte picks the program's name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "argparse.h"
#include "help.h"
#include "table.h"

#define WORDS_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(int count, char *const *words, bool as_az)
{
	const struct parse_settings settings = {.as_az = as_az};
	struct args args = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	struct io io = {.in = fopen("/dev/null", "r"), .err = fopen("/dev/null", "w"), .err_terminal = true};

	int rc = args_parse(count, words, &settings, &io, &args, &error);
	if (rc == 0 && error.message)
		abort();
	if (rc < 0 && (rc != ACR_ERROR_USAGE || !error.message || error.code != rc))
		abort();
	if (rc == 0 && !args.command && !args.global.help)
		abort();
	args_clear(&args);
	fclose(io.in);
	fclose(io.err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words[WORDS_MAX];
	int count = 0;
	char *rest = NULL;
	bool as_az = size && data[0] & 1;
	ACR_AUTO_FREE char *text = size ? acr_strndup((const char *)data + 1, size - 1) : NULL;
	ACR_AUTO(acr_buf) candidates = ACR_BUF_INIT;

	for (char *word = text ? strtok_r(text, "\n", &rest) : NULL; word && count < WORDS_MAX;
	     word = strtok_r(NULL, "\n", &rest))
		/* @FILE would make a run depend on the machine. */
		if (!strchr(word, '@'))
			words[count++] = word;
	parse(count, words, as_az);
	complete_words(count, words, as_az, NULL, NULL, &candidates);
	return 0;
}
