/* JSON on the level of tokens: the checks before parsing, the writing of strings and numbers. */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/json.h>
#include "base/jsontoken.h"

#define MAX_DEPTH 512
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, for bytes that are no UTF-8 */
/* cJSON's number buffer; it misreads what is longer. */
#define MAX_NUMBER 63

struct scan {
	const char *text;
	size_t at, length;
	struct acr_error *error;
};

static int refuse(const struct scan *scan, const char *why)
{
	return acr_fail(scan->error, ACR_ERROR_FORMAT, "not valid JSON: %s at offset %zu", why, scan->at);
}

/* The character `ahead` of the current one, NUL behind the end. */
static char look(const struct scan *scan, size_t ahead)
{
	return ahead < scan->length - scan->at ? scan->text[scan->at + ahead] : '\0';
}

/* Leaves the position at the last character of the escape; cJSON takes malformed numbers for NUL. */
static int check_escape(struct scan *scan)
{
	char kind = look(scan, 1);
	if (!kind || !strchr("\"\\/bfnrtu", kind)) {
		return refuse(scan, "malformed escape in a string");
	}
	if (kind != 'u') {
		scan->at++;
		return 0;
	}
	bool zero = true;
	for (size_t i = 2; i < 6; i++) {
		zero = zero && look(scan, i) == '0';
		if (!isxdigit((unsigned char)look(scan, i))) {
			return refuse(scan, "malformed escape in a string");
		}
	}
	if (zero) {
		return refuse(scan, "NUL character in a string");
	}
	scan->at += 5;
	return 0;
}

static int check_string(struct scan *scan)
{
	for (scan->at++; scan->at < scan->length; scan->at++) {
		char c = look(scan, 0);
		if (c == '"') {
			scan->at++;
			return 0;
		}
		if ((unsigned char)c < 0x20) {
			return refuse(scan, "control character in a string");
		}
		int code = c == '\\' ? check_escape(scan) : 0;
		if (code < 0) {
			return code;
		}
	}
	return refuse(scan, "a string that does not end");
}

static size_t skip_digits(struct scan *scan)
{
	size_t start = scan->at;
	while (isdigit((unsigned char)look(scan, 0))) {
		scan->at++;
	}
	return scan->at - start;
}

static int check_number(struct scan *scan)
{
	size_t start = scan->at;
	scan->at += look(scan, 0) == '-';
	bool leading_zero = look(scan, 0) == '0';
	size_t digits = skip_digits(scan);
	bool valid = digits == 1 || (digits > 1 && !leading_zero);
	if (valid && look(scan, 0) == '.') {
		scan->at++;
		valid = skip_digits(scan) > 0;
	}
	if (valid && (look(scan, 0) == 'e' || look(scan, 0) == 'E')) {
		scan->at++;
		scan->at += look(scan, 0) == '+' || look(scan, 0) == '-';
		valid = skip_digits(scan) > 0;
	}
	if (valid && scan->at - start <= MAX_NUMBER) {
		return 0;
	}
	scan->at = start;
	return refuse(scan, valid ? "number with too many digits" : "malformed number");
}

static int check_token(struct scan *scan, size_t *depth)
{
	char c = look(scan, 0);
	if (c == '"') {
		return check_string(scan);
	}
	if (c == '-' || isdigit((unsigned char)c)) {
		return check_number(scan);
	}
	if ((c == '{' || c == '[') && ++*depth > MAX_DEPTH) {
		return refuse(scan, "more than 512 levels");
	}
	if ((c == '}' || c == ']') && *depth) {
		--*depth;
	}
	if ((unsigned char)c < 0x20 && !acr_json_blanks(&c, 1)) {
		return refuse(scan, "control character");
	}
	scan->at++;
	return 0;
}

int acr_json_check_tokens(const char *text, size_t start, size_t length, struct acr_error *error)
{
	struct scan scan = {.text = text, .at = start, .length = length, .error = error};
	size_t depth = 0;
	while (length > start && acr_json_blanks(text + length - 1, 1)) {
		length--;
	}
	if (length == start) {
		return acr_fail(error, ACR_ERROR_FORMAT, "not valid JSON: the text is empty");
	}
	if (memchr(",:[{", text[length - 1], 4)) {
		return acr_fail(error, ACR_ERROR_FORMAT, "not valid JSON: the text ends too early");
	}
	while (scan.at < length) {
		int code = check_token(&scan, &depth);
		if (code < 0) {
			return code;
		}
	}
	if (depth) {
		return acr_fail(error, ACR_ERROR_FORMAT, "not valid JSON: the text ends too early");
	}
	return 0;
}

size_t acr_json_blanks(const char *text, size_t length)
{
	size_t count = 0;
	while (count < length &&
	       (text[count] == ' ' || text[count] == '\t' || text[count] == '\n' || text[count] == '\r')) {
		count++;
	}
	return count;
}

void acr_json_write_string(const char *text, size_t length, struct acr_buf *out)
{
	static const char named[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	size_t done = 0; /* what stands before this offset is written */
	acr_buf_putc(out, '"');
	for (size_t i = 0, size; i < length; i += size) {
		uint32_t c;
		size = acr_utf8_decode(text + i, length - i, &c);
		bool invalid = c == 0xfffd && size == 1;
		if (c >= 0x20 && c != '"' && c != '\\' && !invalid) {
			continue;
		}
		acr_buf_add(out, text + done, i - done);
		done = i + size;
		if (invalid) {
			acr_buf_puts(out, REPLACEMENT);
			continue;
		}
		const char *found = c ? strchr(named, (int)c) : NULL;
		if (found) {
			acr_buf_printf(out, "\\%c", names[found - named]);
		} else {
			acr_buf_printf(out, "\\u%04x", c);
		}
	}
	acr_buf_add(out, text + done, length - done);
	acr_buf_putc(out, '"');
}

void acr_json_write_number(double number, struct acr_buf *out)
{
	char text[400];
	if (isnan(number)) {
		acr_buf_puts(out, "null");
		return;
	}
	if (isinf(number)) {
		number = number > 0 ? DBL_MAX : -DBL_MAX;
	}
	if (fabs(number) <= 0x1p53 && floor(number) == number) {
		acr_buf_printf(out, "%.0f", number);
		return;
	}
	for (int precision = 1; precision <= 17; precision++) {
		snprintf(text, sizeof(text), "%.*g", precision, number);
		if (strtod(text, NULL) == number) {
			break;
		}
	}
	/* Both calls follow the locale, JSON does not. */
	for (char *c = text; *c; c++) {
		acr_buf_putc(out, isdigit((unsigned char)*c) || strchr("+-e", *c) ? *c : '.');
	}
}
