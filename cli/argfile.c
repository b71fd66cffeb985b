/* @FILE in place of a value. */
#include <stdlib.h>
#include <string.h>
#include <acr/buf.h>
#include <acr/file.h>
#include "argfile.h"

#define FILE_VALUE_MAX ((size_t)16 << 20)

static int read_stream(FILE *stream, struct acr_buf *text, struct acr_error *error)
{
	char block[4096];
	size_t length;

	while ((length = fread(block, 1, sizeof(block), stream)) > 0 && !text->overflow)
		acr_buf_add(text, block, length);
	if (text->overflow)
		return acr_fail(error, ACR_ERROR_LIMIT, "the text is too large");
	return 0;
}

static int read_path(const char *path, struct acr_buf *text, struct acr_error *error)
{
	const char *home = getenv("HOME");

	if (path[0] != '~' || (path[1] && path[1] != '/') || !home)
		return acr_file_read(path, text, error);
	ACR_AUTO_FREE char *full = acr_format("%s%s", home, path + 1);
	return acr_file_read(full, text, error);
}

static void drop_edges(struct acr_buf *text)
{
	size_t length = text->length;

	while (length && (text->data[length - 1] == '\n' || text->data[length - 1] == '\r'))
		length--;
	acr_buf_truncate(text, length);
	if (length >= 3 && !memcmp(text->data, "\xef\xbb\xbf", 3))
		acr_buf_consume(text, 3);
}

int argfile_expand(const char *word, bool pairs, struct io *io, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(FILE_VALUE_MAX);
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	const char *at = pairs && strchr(word, '=') ? strchr(word, '=') + 1 : word;

	if (at[0] != '@' || !at[1]) {
		*ret = acr_strdup(word);
		return 0;
	}
	int rc = strcmp(at, "@-") ? read_path(at + 1, &text, &reason) : read_stream(io->in, &text, &reason);
	if (rc == ACR_ERROR_LIMIT)
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is larger than %zu MiB", at + 1, FILE_VALUE_MAX >> 20);
	if (rc < 0) {
		/* The value may be a secret. */
		if (at != word)
			io_warn(io,
				"The value of '%.*s' begins with '@' but names no file that can be read; it is "
				"taken as it is.",
				(int)(at - word - 1), word);
		*ret = acr_strdup(word);
		return 0;
	}
	if (text.length && memchr(text.data, '\0', text.length))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is not a text file", at + 1);
	drop_edges(&text);
	*ret = acr_format("%.*s%s", (int)(at - word), word, acr_buf_str(&text));
	return 0;
}
