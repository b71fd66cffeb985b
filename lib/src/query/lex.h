/* Tokens of a JMESPath expression. */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include "query/ast.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED_NAME,
	TOKEN_LITERAL,
	TOKEN_NUMBER,
	TOKEN_DOT,
	TOKEN_STAR,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_CURRENT,
	TOKEN_LEFT_BRACKET,
	TOKEN_RIGHT_BRACKET,
	TOKEN_FLATTEN, /* [] */
	TOKEN_FILTER,  /* [? */
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
	TOKEN_LEFT_BRACE,
	TOKEN_RIGHT_BRACE,
	TOKEN_PIPE,
	TOKEN_OR,
	TOKEN_AND,
	TOKEN_NOT,
	TOKEN_REFERENCE, /* & */
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_KINDS,
};

struct token {
	enum token_kind kind;
	size_t start, end; /* bytes of the expression */
	const char *name;  /* of names */
	long number;
	const struct acr_json *literal; /* owned by the query */
};

/* Split an expression; *ret ends with TOKEN_END and lives in the query's arena. */
int query_lex(struct acr_query *query, const char *expression, struct token **ret,
	      struct acr_error *error) ACR_MUST_CHECK;
/* Fail with ACR_ERROR_USAGE: the text, where that is, and how to quote a hyphenated name if the place is in one. */
int query_syntax_error(struct acr_error *error, const char *expression, size_t offset, const char *format, ...)
	ACR_PRINTF(4, 5);

#endif
