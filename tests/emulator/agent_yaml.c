/* YAML documents as JSON values. */
#include "agent.h"

#include <string.h>
#include <yaml.h>

#define NODES_MAX 100000 /* aliases make small texts large */
#define DEPTH_MAX 64

struct converter {
	yaml_document_t *document;
	size_t nodes;
};

static struct acr_json *scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (plain && (!*text || !strcmp(text, "~") || !strcmp(text, "null")))
		return acr_json_new_null();
	return acr_json_new_string_length(text, node->data.scalar.length);
}

/* NULL when the document is too large or a key is no scalar. */
static struct acr_json *convert(struct converter *converter, int index, int depth)
{
	yaml_node_t *node = yaml_document_get_node(converter->document, index);
	if (!node || depth > DEPTH_MAX || ++converter->nodes > NODES_MAX)
		return NULL;
	if (node->type == YAML_SCALAR_NODE)
		return scalar(node);
	bool sequence = node->type == YAML_SEQUENCE_NODE;
	ACR_AUTO_PTR(acr_json) *container = sequence ? acr_json_new_array() : acr_json_new_object();
	if (sequence) {
		for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
		     item++) {
			struct acr_json *value = convert(converter, *item, depth + 1);
			if (!value)
				return NULL;
			acr_json_append(container, value);
		}
		return TAKE(container);
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(converter->document, pair->key);
		struct acr_json *value =
			key && key->type == YAML_SCALAR_NODE ? convert(converter, pair->value, depth + 1) : NULL;
		if (!value)
			return NULL;
		acr_json_set(container, (const char *)key->data.scalar.value, value);
	}
	return TAKE(container);
}

int yaml_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error)
{
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser))
		acr_oom();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	if (!yaml_parser_load(&parser, &document)) {
		int result = acr_fail(error, ACR_ERROR_FORMAT, "not YAML: line %zu: %s", parser.problem_mark.line + 1,
				      parser.problem ? parser.problem : "unreadable");
		yaml_parser_delete(&parser);
		return result;
	}
	struct converter converter = {.document = &document};
	yaml_node_t *root = yaml_document_get_root_node(&document);
	struct acr_json *value = root ? convert(&converter, 1, 0) : acr_json_new_null();
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	if (!value)
		return acr_fail(error, ACR_ERROR_LIMIT,
				"the YAML document is nested too deep, too large, or has a key "
				"that is no plain text");
	*ret = value;
	return 0;
}
