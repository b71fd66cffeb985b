/* The inside of a compiled pattern. */
#ifndef ACR_SOURCE_PATTERN_TOKEN_H
#define ACR_SOURCE_PATTERN_TOKEN_H

#include <stdint.h>
#include "pattern.h"

#define ACR_PATTERN_BAD_RUNE 0xFFFDu

enum acr_pattern_token_kind {
	TOKEN_TEXT,  /* the bytes themselves */
	TOKEN_ONE,   /* "?" */
	TOKEN_CLASS, /* "[…]" */
	TOKEN_STAR,  /* "*": the rest of the segment or a part of it */
	TOKEN_DEEP,  /* "**" before something: nothing, or anything up to and with a slash */
	TOKEN_ALL,   /* "**" at the end: the rest */
};

struct acr_pattern_range {
	uint32_t low, high;
};

struct acr_pattern_token {
	enum acr_pattern_token_kind kind;
	size_t wildcard; /* of STAR, DEEP and ALL: how many came before */
	char *text;      /* of TEXT */
	size_t length;   /* of TEXT */
	struct acr_pattern_range *ranges;
	size_t range_count;
	bool negated;
};

/* The character at the start of `text` (which is not empty) and its width; a byte that is not UTF-8 stands for
 * ACR_PATTERN_BAD_RUNE, as in Go. */
uint32_t acr_pattern_decode(const char *text, size_t length, size_t *width);

#endif
