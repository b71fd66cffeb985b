/* Turn the tokens of a JMESPath expression into its tree, by operator precedence (Pratt).
 *
 * Where the grammar and the reference implementation differ, scripts rely on the latter: commas between arguments of a
 * function and between members of a hash may be missing. */
#include <string.h>
#include "query/lex.h"
#include "query/parse.h"

/* How strongly a token binds the expression on its left. */
static const unsigned char power[TOKEN_KINDS] = {
	[TOKEN_PIPE] = 1,        [TOKEN_OR] = 2,      [TOKEN_AND] = 3,         [TOKEN_EQ] = 5,
	[TOKEN_NE] = 5,          [TOKEN_LT] = 5,      [TOKEN_LE] = 5,          [TOKEN_GT] = 5,
	[TOKEN_GE] = 5,          [TOKEN_FLATTEN] = 9, [TOKEN_STAR] = 20,       [TOKEN_FILTER] = 21,
	[TOKEN_DOT] = 40,        [TOKEN_NOT] = 45,    [TOKEN_LEFT_BRACE] = 50, [TOKEN_LEFT_BRACKET] = 55,
	[TOKEN_LEFT_PAREN] = 60,
};
/* A projection ends before a token weaker than this. */
#define PROJECTION_STOP 10

static const struct node current_node = {.kind = NODE_CURRENT, .depth = 1};

struct parser {
	struct acr_query *query;
	const char *expression;
	const struct token *token; /* the next one */
	unsigned depth;            /* of nested calls of expression() */
	struct acr_error *error;
};

/* All parse functions return NULL after an error. */
static const struct node *expression(struct parser *parser, unsigned binding);

static const struct node *fail_here(struct parser *parser, const char *expected)
{
	const struct token *token = parser->token;
	if (expected) {
		query_syntax_error(parser->error, parser->expression, token->start, "expected %s", expected);
	} else {
		query_syntax_error(parser->error, parser->expression, token->start, "unexpected '%.*s'",
				   (int)(token->end - token->start), parser->expression + token->start);
	}
	return NULL;
}

static bool accept(struct parser *parser, enum token_kind kind)
{
	if (parser->token->kind != kind) {
		return false;
	}
	parser->token++;
	return true;
}

static bool expect(struct parser *parser, enum token_kind kind, const char *what)
{
	return accept(parser, kind) || fail_here(parser, what);
}

static const struct node *too_deep(struct parser *parser)
{
	acr_fail(parser->error, ACR_ERROR_USAGE, "the expression nests more than %d levels deep", QUERY_MAX_DEPTH);
	return NULL;
}

/* A copy of `model` in the arena, with its depth computed. */
static const struct node *make(struct parser *parser, struct node model)
{
	const struct node *below[] = {model.left, model.right, model.condition};
	for (size_t i = 0; i < ACR_COUNT(below) + model.count; i++) {
		const struct node *node = i < ACR_COUNT(below) ? below[i] : model.parts[i - ACR_COUNT(below)];
		if (node && node->depth > model.depth) {
			model.depth = node->depth;
		}
	}
	if (++model.depth > QUERY_MAX_DEPTH) {
		return too_deep(parser);
	}
	struct node *node = arena_alloc(&parser->query->arena, sizeof(*node));
	*node = model;
	return node;
}

static const struct node *make_unary(struct parser *parser, enum node_kind kind, const struct node *left)
{
	return left ? make(parser, (struct node){.kind = kind, .left = left}) : NULL;
}

static const struct node *make_binary(struct parser *parser, enum node_kind kind, const struct node *left,
				      const struct node *right)
{
	return left && right ? make(parser, (struct node){.kind = kind, .left = left, .right = right}) : NULL;
}

static void add_part(struct parser *parser, struct node *model, const char *key, const struct node *part)
{
	struct arena *arena = &parser->query->arena;
	if (key) {
		for (size_t i = 0; model->keys && i < model->count; i++) {
			if (strcmp(model->keys[i], key) == 0) {
				model->parts[i] = part;
				return;
			}
		}
		model->keys = arena_grow(arena, model->keys, model->count, sizeof(*model->keys));
		model->keys[model->count] = key;
	}
	model->parts = arena_grow(arena, model->parts, model->count, sizeof(*model->parts));
	model->parts[model->count++] = part;
}

/* Behind "[": a, b]. */
static const struct node *list(struct parser *parser)
{
	struct node model = {.kind = NODE_LIST};
	for (;;) {
		const struct node *part = expression(parser, 0);
		if (!part) {
			return NULL;
		}
		add_part(parser, &model, NULL, part);
		if (accept(parser, TOKEN_RIGHT_BRACKET)) {
			return make(parser, model);
		}
		if (!expect(parser, TOKEN_COMMA, "',' or ']'")) {
			return NULL;
		}
	}
}

/* Behind "{": key: value, …}. */
static const struct node *hash(struct parser *parser)
{
	struct node model = {.kind = NODE_HASH};
	for (;;) {
		const struct token *key = parser->token;
		if (!accept(parser, TOKEN_NAME) && !accept(parser, TOKEN_QUOTED_NAME)) {
			return fail_here(parser, "a name");
		}
		if (!expect(parser, TOKEN_COLON, "':'")) {
			return NULL;
		}
		const struct node *part = expression(parser, 0);
		if (!part) {
			return NULL;
		}
		add_part(parser, &model, key->name, part);
		if (accept(parser, TOKEN_RIGHT_BRACE)) {
			return make(parser, model);
		}
		const struct token *next = parser->token;
		if (!accept(parser, TOKEN_COMMA) && next->kind != TOKEN_NAME && next->kind != TOKEN_QUOTED_NAME) {
			return fail_here(parser, "',' or '}'");
		}
	}
}

/* Behind a name and "(": arguments). */
static const struct node *call(struct parser *parser, const char *name)
{
	struct node model = {.kind = NODE_CALL, .name = name};
	while (!accept(parser, TOKEN_RIGHT_PAREN)) {
		const struct node *part = expression(parser, 0);
		if (!part) {
			return NULL;
		}
		add_part(parser, &model, NULL, part);
		accept(parser, TOKEN_COMMA);
	}
	return make(parser, model);
}

static const struct node *after_dot(struct parser *parser, unsigned binding)
{
	switch (parser->token->kind) {
	case TOKEN_NAME:
	case TOKEN_QUOTED_NAME:
	case TOKEN_STAR:
		return expression(parser, binding);
	case TOKEN_LEFT_BRACKET:
		parser->token++;
		return list(parser);
	case TOKEN_LEFT_BRACE:
		parser->token++;
		return hash(parser);
	default:
		return fail_here(parser, "a name, '[' or '{'");
	}
}

/* What a projection applies to each of its items. */
static const struct node *projected(struct parser *parser, unsigned binding)
{
	enum token_kind kind = parser->token->kind;
	if (power[kind] < PROJECTION_STOP) {
		return &current_node;
	}
	if (kind == TOKEN_LEFT_BRACKET || kind == TOKEN_FILTER) {
		return expression(parser, binding);
	}
	if (kind == TOKEN_DOT) {
		parser->token++;
		return after_dot(parser, binding);
	}
	return fail_here(parser, NULL);
}

static const struct node *project(struct parser *parser, enum node_kind kind, const struct node *left, unsigned binding)
{
	return left ? make_binary(parser, kind, left, projected(parser, binding)) : NULL;
}

/* Behind "[" when a number or ":" follows. */
static const struct node *slice(struct parser *parser, const struct node *left)
{
	struct node model = {.kind = NODE_SLICE};
	struct {
		bool *has;
		long *value;
	} parts[] = {
		{&model.has_start, &model.start},
		{&model.has_stop, &model.stop},
		{&model.has_step, &model.step},
	};
	for (size_t part = 0; parser->token->kind != TOKEN_RIGHT_BRACKET; parser->token++) {
		if (parser->token->kind == TOKEN_NUMBER) {
			*parts[part].has = true;
			*parts[part].value = parser->token->number;
		} else if (parser->token->kind != TOKEN_COLON || ++part == ACR_COUNT(parts)) {
			return fail_here(parser, "']'");
		}
	}
	parser->token++;
	const struct node *taken = make_binary(parser, NODE_CHAIN, left, make(parser, model));
	return project(parser, NODE_PROJECT, taken, power[TOKEN_STAR]);
}

static const struct node *index_or_slice(struct parser *parser, const struct node *left)
{
	if (parser->token[0].kind == TOKEN_COLON || parser->token[1].kind == TOKEN_COLON) {
		return slice(parser, left);
	}
	long number = parser->token->number;
	parser->token++;
	if (!expect(parser, TOKEN_RIGHT_BRACKET, "']'")) {
		return NULL;
	}
	return make_binary(parser, NODE_CHAIN, left, make(parser, (struct node){.kind = NODE_INDEX, .start = number}));
}

/* Behind "[", of an expression on the left or (@) of none. */
static const struct node *bracket(struct parser *parser, const struct node *left)
{
	enum token_kind kind = parser->token->kind;
	if (kind == TOKEN_NUMBER || kind == TOKEN_COLON) {
		return index_or_slice(parser, left);
	}
	if (kind == TOKEN_STAR && parser->token[1].kind == TOKEN_RIGHT_BRACKET) {
		parser->token += 2;
		return project(parser, NODE_PROJECT, left, power[TOKEN_STAR]);
	}
	if (left == &current_node) {
		return list(parser);
	}
	return fail_here(parser, accept(parser, TOKEN_STAR) ? "']'" : "a number, ':' or '*'");
}

/* Behind "[?". */
static const struct node *filter(struct parser *parser, const struct node *left)
{
	const struct node *condition = expression(parser, 0);
	if (!condition || !expect(parser, TOKEN_RIGHT_BRACKET, "']'")) {
		return NULL;
	}
	const struct node *right = projected(parser, power[TOKEN_FILTER]);
	if (!right) {
		return NULL;
	}
	return make(parser, (struct node){.kind = NODE_FILTER, .left = left, .right = right, .condition = condition});
}

static const struct node *flatten(struct parser *parser, const struct node *left)
{
	return project(parser, NODE_PROJECT, make_unary(parser, NODE_FLATTEN, left), power[TOKEN_FLATTEN]);
}

/* A token that begins an expression. */
static const struct node *prefix(struct parser *parser)
{
	const struct token *token = parser->token++;
	const struct node *inner;
	switch (token->kind) {
	case TOKEN_NAME:
	case TOKEN_QUOTED_NAME:
		if (token->kind == TOKEN_QUOTED_NAME && parser->token->kind == TOKEN_LEFT_PAREN) {
			parser->token = token;
			return fail_here(parser, "a function name without quotes");
		}
		return make(parser, (struct node){.kind = NODE_FIELD, .name = token->name});
	case TOKEN_LITERAL:
		return make(parser, (struct node){.kind = NODE_LITERAL, .literal = token->literal});
	case TOKEN_CURRENT:
		/* Not &current_node itself, which stands for "nothing on the left" in bracket(). */
		return make(parser, current_node);
	case TOKEN_STAR:
		return parser->token->kind == TOKEN_RIGHT_BRACKET
			       ? make_binary(parser, NODE_PROJECT_VALUES, &current_node, &current_node)
			       : project(parser, NODE_PROJECT_VALUES, &current_node, power[TOKEN_STAR]);
	case TOKEN_LEFT_BRACKET:
		return bracket(parser, &current_node);
	case TOKEN_FILTER:
		return filter(parser, &current_node);
	case TOKEN_FLATTEN:
		return flatten(parser, &current_node);
	case TOKEN_LEFT_BRACE:
		return hash(parser);
	case TOKEN_LEFT_PAREN:
		inner = expression(parser, 0);
		return inner && expect(parser, TOKEN_RIGHT_PAREN, "')'") ? inner : NULL;
	case TOKEN_NOT:
		return make_unary(parser, NODE_NOT, expression(parser, power[TOKEN_NOT]));
	case TOKEN_REFERENCE:
		return make_unary(parser, NODE_REFERENCE, expression(parser, power[TOKEN_REFERENCE]));
	default:
		parser->token = token;
		return fail_here(parser, token->kind == TOKEN_END ? "an expression" : NULL);
	}
}

static const struct node *comparison(struct parser *parser, const struct node *left, enum comparator comparator)
{
	const struct node *right = expression(parser, power[TOKEN_EQ]);
	if (!right) {
		return NULL;
	}
	return make(parser,
		    (struct node){.kind = NODE_COMPARE, .left = left, .right = right, .comparator = comparator});
}

/* A token that goes on after an expression. */
static const struct node *infix(struct parser *parser, const struct node *left)
{
	const struct token *token = parser->token++;
	switch (token->kind) {
	case TOKEN_DOT:
		if (accept(parser, TOKEN_STAR)) {
			return project(parser, NODE_PROJECT_VALUES, left, power[TOKEN_DOT]);
		}
		return make_binary(parser, NODE_CHAIN, left, after_dot(parser, power[TOKEN_DOT]));
	case TOKEN_PIPE:
		return make_binary(parser, NODE_CHAIN, left, expression(parser, power[TOKEN_PIPE]));
	case TOKEN_OR:
		return make_binary(parser, NODE_OR, left, expression(parser, power[TOKEN_OR]));
	case TOKEN_AND:
		return make_binary(parser, NODE_AND, left, expression(parser, power[TOKEN_AND]));
	case TOKEN_EQ:
	case TOKEN_NE:
	case TOKEN_LT:
	case TOKEN_LE:
	case TOKEN_GT:
	case TOKEN_GE:
		return comparison(parser, left, (enum comparator)(token->kind - TOKEN_EQ + COMPARE_EQ));
	case TOKEN_FLATTEN:
		return flatten(parser, left);
	case TOKEN_FILTER:
		return filter(parser, left);
	case TOKEN_LEFT_BRACKET:
		return bracket(parser, left);
	case TOKEN_LEFT_PAREN:
		if (left->kind == NODE_FIELD) {
			return call(parser, left->name);
		}
		break;
	default:
		break;
	}
	parser->token = token;
	return fail_here(parser, NULL);
}

static const struct node *expression(struct parser *parser, unsigned binding)
{
	if (++parser->depth > QUERY_MAX_DEPTH) {
		return too_deep(parser);
	}
	const struct node *node = prefix(parser);
	while (node && binding < power[parser->token->kind]) {
		node = infix(parser, node);
	}
	parser->depth--;
	return node;
}

int query_parse(struct acr_query *query, const char *text, struct acr_error *error)
{
	struct token *tokens = NULL;
	int code = query_lex(query, text, &tokens, error);
	if (code < 0) {
		return code;
	}
	struct parser parser = {.query = query, .expression = text, .token = tokens, .error = error};
	const struct node *root = expression(&parser, 0);
	if (!root) {
		return ACR_ERROR_USAGE;
	}
	if (parser.token->kind != TOKEN_END) {
		fail_here(&parser, NULL);
		return ACR_ERROR_USAGE;
	}
	query->root = root;
	return 0;
}
