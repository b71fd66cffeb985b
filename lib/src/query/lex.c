/* Split a JMESPath expression into tokens. */
#include <stdlib.h>
#include <string.h>
#include "query/lex.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"
#define NAME_CHARACTERS LETTERS DIGITS

/* Longer symbols come before their beginnings. */
static const struct {
	const char *text;
	enum token_kind kind;
} symbols[] = {
	{"[]", TOKEN_FLATTEN},   {"[?", TOKEN_FILTER},     {"[", TOKEN_LEFT_BRACKET}, {"]", TOKEN_RIGHT_BRACKET},
	{"{", TOKEN_LEFT_BRACE}, {"}", TOKEN_RIGHT_BRACE}, {"(", TOKEN_LEFT_PAREN},   {")", TOKEN_RIGHT_PAREN},
	{"||", TOKEN_OR},        {"|", TOKEN_PIPE},        {"&&", TOKEN_AND},         {"&", TOKEN_REFERENCE},
	{"==", TOKEN_EQ},        {"!=", TOKEN_NE},         {"!", TOKEN_NOT},          {"<=", TOKEN_LE},
	{"<", TOKEN_LT},         {">=", TOKEN_GE},         {">", TOKEN_GT},           {".", TOKEN_DOT},
	{"*", TOKEN_STAR},       {",", TOKEN_COMMA},       {":", TOKEN_COLON},        {"@", TOKEN_CURRENT},
};

struct lexer {
	struct acr_query *query;
	const char *expression;
	size_t at;
	struct acr_error *error;
};

/* The word of letters, digits, "_" and "-" around an offset, when it is a name that only lacks quotes. */
static size_t hyphenated_name(const char *expression, size_t offset, const char **word)
{
	size_t start = offset;
	while (start > 0 && strchr(NAME_CHARACTERS "-", expression[start - 1])) {
		start--;
	}
	size_t length = strspn(expression + start, NAME_CHARACTERS "-");
	*word = expression + start;
	bool name = length > 0 && strchr(LETTERS, **word) && memchr(*word, '-', length);
	return name ? length : 0;
}

int query_syntax_error(struct acr_error *error, const char *expression, size_t offset, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *what = acr_vformat(format, args);
	va_end(args);
	size_t position = 1;
	for (size_t i = 0; i < offset; i++) {
		position += ((unsigned char)expression[i] & 0xc0) != 0x80;
	}
	const char *word = NULL;
	size_t length = hyphenated_name(expression, offset, &word);
	if (length) {
		return acr_fail(error, ACR_ERROR_USAGE,
				"%s at position %zu of '%s'; names with '-' need quotes: \"%.*s\"", what, position,
				expression, (int)length, word);
	}
	return acr_fail(error, ACR_ERROR_USAGE, "%s at position %zu of '%s'", what, position, expression);
}

/* The end of a text that begins with its delimiter: the offset behind the closing one. */
static int find_close(const struct lexer *lexer, const char *what, size_t *ret)
{
	const char *text = lexer->expression;
	char delimiter = text[lexer->at];
	for (size_t i = lexer->at + 1; text[i]; i++) {
		if (text[i] == delimiter) {
			*ret = i + 1;
			return 0;
		}
		if (text[i] == '\\' && text[i + 1]) {
			i++;
		}
	}
	return query_syntax_error(lexer->error, text, lexer->at, "%s without its closing %c", what, delimiter);
}

/* The text between delimiters, with escaped delimiters as themselves; every other backslash stays. */
static void unescape(const char *text, size_t length, char delimiter, struct acr_buf *out)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\' && i + 1 < length && text[i + 1] == delimiter) {
			i++;
		}
		acr_buf_putc(out, text[i]);
	}
}

static void own_literal(struct lexer *lexer, struct token *token, struct acr_json *value)
{
	token->kind = TOKEN_LITERAL;
	token->literal = value;
	acr_json_append(lexer->query->literals, value);
}

static int lex_raw_string(struct lexer *lexer, struct token *token)
{
	int code = find_close(lexer, "a raw string", &token->end);
	if (code < 0) {
		return code;
	}
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	unescape(lexer->expression + token->start + 1, token->end - token->start - 2, '\'', &text);
	own_literal(lexer, token, acr_json_new_string(acr_buf_str(&text)));
	return 0;
}

static int lex_literal(struct lexer *lexer, struct token *token)
{
	int code = find_close(lexer, "a literal", &token->end);
	if (code < 0) {
		return code;
	}
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	unescape(lexer->expression + token->start + 1, token->end - token->start - 2, '`', &text);
	struct acr_json *value = NULL;
	if (acr_json_parse(acr_buf_str(&text), text.length, &value, NULL) < 0) {
		/* `foo` has always been taken for the string "foo" (JEP 12), and scripts are full of it. */
		const char *bare = acr_buf_str(&text);
		ACR_AUTO_FREE char *quoted = acr_format("\"%s\"", bare + strspn(bare, " \t\r\n"));
		if (acr_json_parse(quoted, strlen(quoted), &value, NULL) < 0) {
			return query_syntax_error(lexer->error, lexer->expression, token->start,
						  "a literal that is not JSON");
		}
	}
	own_literal(lexer, token, value);
	return 0;
}

static int lex_quoted_name(struct lexer *lexer, struct token *token)
{
	int code = find_close(lexer, "a quoted name", &token->end);
	if (code < 0) {
		return code;
	}
	ACR_AUTO_PTR(acr_json) *name = NULL;
	if (acr_json_parse(lexer->expression + token->start, token->end - token->start, &name, NULL) < 0) {
		return query_syntax_error(lexer->error, lexer->expression, token->start,
					  "a quoted name that is no JSON string");
	}
	const char *text = acr_json_string(name);
	token->kind = TOKEN_QUOTED_NAME;
	token->name = arena_copy(&lexer->query->arena, text, strlen(text));
	return 0;
}

static int lex_number(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->expression + token->start;
	bool negative = *text == '-';
	size_t digits = strspn(text + negative, DIGITS);
	if (!digits) {
		return query_syntax_error(lexer->error, lexer->expression, token->start, "unexpected '-'");
	}
	token->kind = TOKEN_NUMBER;
	token->end = token->start + negative + digits;
	token->number = strtol(text, NULL, 10); /* saturates: no array is that long */
	return 0;
}

static int lex_symbol(struct lexer *lexer, struct token *token)
{
	const char *text = lexer->expression + token->start;
	for (size_t i = 0; i < ACR_COUNT(symbols); i++) {
		size_t length = strlen(symbols[i].text);
		if (strncmp(text, symbols[i].text, length) == 0) {
			token->kind = symbols[i].kind;
			token->end = token->start + length;
			return 0;
		}
	}
	size_t length = 1;
	while (((unsigned char)text[length] & 0xc0) == 0x80) {
		length++;
	}
	return query_syntax_error(lexer->error, lexer->expression, token->start, "unexpected '%.*s'", (int)length,
				  text);
}

static int lex_token(struct lexer *lexer, struct token *token)
{
	lexer->at += strspn(lexer->expression + lexer->at, " \t\r\n");
	const char *text = lexer->expression + lexer->at;
	token->start = token->end = lexer->at;
	if (!*text) {
		token->kind = TOKEN_END;
		return 0;
	}
	if (strchr(LETTERS, *text)) {
		size_t length = strspn(text, NAME_CHARACTERS);
		token->kind = TOKEN_NAME;
		token->name = arena_copy(&lexer->query->arena, text, length);
		token->end = token->start + length;
		return 0;
	}
	switch (*text) {
	case '\'':
		return lex_raw_string(lexer, token);
	case '`':
		return lex_literal(lexer, token);
	case '"':
		return lex_quoted_name(lexer, token);
	default:
		return strchr("-" DIGITS, *text) ? lex_number(lexer, token) : lex_symbol(lexer, token);
	}
}

int query_lex(struct acr_query *query, const char *expression, struct token **ret, struct acr_error *error)
{
	struct lexer lexer = {.query = query, .expression = expression, .error = error};
	struct token *tokens = NULL;
	for (size_t count = 0;; count++) {
		tokens = arena_grow(&query->arena, tokens, count, sizeof(*tokens));
		struct token *token = &tokens[count];
		int code = lex_token(&lexer, token);
		if (code < 0) {
			return code;
		}
		if (token->kind == TOKEN_END) {
			*ret = tokens;
			return 0;
		}
		lexer.at = token->end;
	}
}
