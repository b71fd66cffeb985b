/* -o yaml and yamlc: block style, members by key.
 *
 * libyaml lays the document out. The Azure CLI uses PyYAML, which writes some scalars in another way: it keeps
 * characters outside the basic plane, and continues lines within double quotes at other places. Such a scalar goes
 * through libyaml as a stand-in made of private-use characters, and finish() puts the real text in its place. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include <acr/encode.h>
#include "pytext.h"
#include "writers.h"
#include "yaml_text.h"

/* A scalar in double quotes; the following private-use characters stand for one character each. */
#define STAND_IN_SCALAR 0xe000u
#define STAND_IN_FIRST 0xe001u
#define STAND_IN_LAST 0xf8ffu
/* Keys of this length in characters are not "simple": they are written behind "? ". */
#define LONG_KEY 128
#define ROOT (-2)

struct escaped {
	const char *text;
	size_t indent;
	bool split;
};

struct writer {
	yaml_emitter_t emitter;
	struct acr_buf laid_out;
	struct escaped *escaped; /* in the order in which they appear */
	size_t escaped_count, escaped_room;
	uint32_t *characters; /* what STAND_IN_FIRST and the following stand for */
	size_t character_count, character_room;
	bool failed;
};

static int collect(void *user, unsigned char *bytes, size_t size)
{
	struct acr_buf *out = user;
	acr_buf_add(out, bytes, size);
	return !out->overflow;
}

/* After a failure nothing more is emitted; out_yaml() looks at the end. */
static void emit(struct writer *writer, yaml_event_t *event, int initialized)
{
	if (!initialized || writer->failed) {
		writer->failed = true;
	} else if (!yaml_emitter_emit(&writer->emitter, event)) {
		writer->failed = true;
	}
}

static void emit_scalar(struct writer *writer, const char *text, size_t length, bool plain)
{
	yaml_event_t event;
	if (!writer->failed) {
		int done = yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, (int)length,
							plain, true, YAML_ANY_SCALAR_STYLE);
		emit(writer, &event, done);
	}
}

/* The stand-in of a character; 0 when all are taken. */
static uint32_t stand_in(struct writer *writer, uint32_t point)
{
	size_t at = 0;
	while (at < writer->character_count && writer->characters[at] != point) {
		at++;
	}
	if (at > STAND_IN_LAST - STAND_IN_FIRST) {
		return 0;
	}
	if (at == writer->character_count) {
		if (at == writer->character_room) {
			writer->character_room = at ? at * 2 : 16;
			writer->characters =
				acr_realloc_array(writer->characters, writer->character_room, sizeof(uint32_t));
		}
		writer->characters[writer->character_count++] = point;
	}
	return STAND_IN_FIRST + (uint32_t)at;
}

/* The text with stand-ins for what libyaml would escape and for what are stand-ins; false when there are too many. */
static bool replace_characters(struct writer *writer, const char *text, size_t length, struct acr_buf *out)
{
	for (size_t at = 0; at < length;) {
		uint32_t point;
		at += acr_utf8_decode(text + at, length - at, &point);
		if (point > 0xffff || (point >= STAND_IN_SCALAR && point <= STAND_IN_LAST)) {
			point = stand_in(writer, point);
		}
		if (!point) {
			return false;
		}
		pytext_encode(point, out);
	}
	return true;
}

static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 0x80) {
		text++;
	}
	return !*text;
}

static size_t count_characters(const char *text)
{
	size_t count = 0;
	for (; *text; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return count;
}

/* Whether a key is written on one line with its ":", not behind "? ". */
static bool is_simple_key(const char *text)
{
	return count_characters(text) < LONG_KEY && !yaml_text_has_line_end(text, strlen(text));
}

static void emit_escaped(struct writer *writer, const char *text, int level, bool key)
{
	bool simple = key && is_simple_key(text);
	if (writer->escaped_count == writer->escaped_room) {
		writer->escaped_room = writer->escaped_room ? writer->escaped_room * 2 : 16;
		writer->escaped = acr_realloc_array(writer->escaped, writer->escaped_room, sizeof(*writer->escaped));
	}
	writer->escaped[writer->escaped_count++] = (struct escaped){text, level < 0 ? 2 : (size_t)level + 2, !simple};
	ACR_AUTO(acr_buf) marks = ACR_BUF_INIT;
	for (size_t i = 0; i < (key && !simple ? LONG_KEY : 1); i++) {
		pytext_encode(STAND_IN_SCALAR, &marks);
	}
	emit_scalar(writer, acr_buf_str(&marks), marks.length, true);
}

static void write_string(struct writer *writer, const char *text, int level, bool key)
{
	size_t length = strlen(text);
	bool plain = !yaml_text_is_typed(text);
	ACR_AUTO(acr_buf) replaced = ACR_BUF_INIT;
	if (yaml_text_needs_escapes(text, length)) {
		emit_escaped(writer, text, level, key);
	} else if (is_ascii(text)) {
		emit_scalar(writer, text, length, plain);
	} else if (replace_characters(writer, text, length, &replaced)) {
		emit_scalar(writer, acr_buf_str(&replaced), replaced.length, plain);
	} else {
		emit_escaped(writer, text, level, key);
	}
}

/* "1e+16" is no number in YAML 1.1, "1.0e+16" is. */
static void write_number(struct writer *writer, double number)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) dotted = ACR_BUF_INIT;
	pytext_number(number, &text);
	const char *exponent = strchr(acr_buf_str(&text), 'e');
	if (exponent && !strchr(acr_buf_str(&text), '.')) {
		acr_buf_printf(&dotted, "%.*s.0%s", (int)(exponent - text.data), text.data, exponent);
	}
	const struct acr_buf *used = dotted.length ? &dotted : &text;
	emit_scalar(writer, acr_buf_str(used), used->length, true);
}

/* `level` is the indent of the container that the value is in, ROOT when there is none. */
static void write_value(struct writer *writer, const struct acr_json *value, int level, bool below_key);

/* Lists stand below a key, not to the right of it. */
static void write_array(struct writer *writer, const struct acr_json *array, int level, bool below_key)
{
	yaml_event_t event;
	level = below_key ? level : level + 2;
	emit(writer, &event, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
	for (const struct acr_json *v = acr_json_first(array); v; v = acr_json_next(v)) {
		write_value(writer, v, level, false);
	}
	emit(writer, &event, yaml_sequence_end_event_initialize(&event));
}

static void write_object(struct writer *writer, const struct acr_json *object, int level)
{
	yaml_event_t event;
	size_t count;
	ACR_AUTO_FREE const struct acr_json **members = output_members(object, true, &count);
	emit(writer, &event, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
	for (size_t i = 0; i < count; i++) {
		write_string(writer, acr_json_key(members[i]), level + 2, true);
		write_value(writer, members[i], level + 2, is_simple_key(acr_json_key(members[i])));
	}
	emit(writer, &event, yaml_mapping_end_event_initialize(&event));
}

static void write_value(struct writer *writer, const struct acr_json *value, int level, bool below_key)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_OBJECT:
		write_object(writer, value, level);
		return;
	case ACR_JSON_ARRAY:
		write_array(writer, value, level, below_key);
		return;
	case ACR_JSON_STRING:
		write_string(writer, acr_json_string(value), level, false);
		return;
	case ACR_JSON_NUMBER:
		write_number(writer, acr_json_number(value));
		return;
	case ACR_JSON_BOOL:
		emit_scalar(writer, acr_json_bool(value) ? "true" : "false", acr_json_bool(value) ? 4 : 5, true);
		return;
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		emit_scalar(writer, "null", 4, true);
		return;
	}
}

static void lay_out(struct writer *writer, const struct acr_json *value)
{
	yaml_event_t event;
	writer->failed = !yaml_emitter_initialize(&writer->emitter);
	if (writer->failed) {
		return;
	}
	yaml_emitter_set_output(&writer->emitter, collect, &writer->laid_out);
	yaml_emitter_set_unicode(&writer->emitter, 1);
	emit(writer, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	emit(writer, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
	write_value(writer, value, ROOT, false);
	emit(writer, &event, yaml_document_end_event_initialize(&event, 1));
	emit(writer, &event, yaml_stream_end_event_initialize(&event));
	yaml_emitter_delete(&writer->emitter);
}

static void write_escaped(const struct escaped *escaped, struct acr_buf *out)
{
	size_t start = out->length;
	while (start > 0 && out->data[start - 1] != '\n') {
		start--;
	}
	size_t column = out->length > start ? count_characters(out->data + start) : 0;
	yaml_text_write_escaped(escaped->text, strlen(escaped->text), column, escaped->indent, escaped->split, out);
}

/* Copy what libyaml wrote, with stand-ins replaced. They are three bytes each and the only text that begins with 0xee
 * or 0xef and is in the private-use area. */
static void finish(const struct writer *writer, struct acr_buf *out)
{
	const char *text = acr_buf_str(&writer->laid_out);
	size_t length = writer->laid_out.length, next = 0, copied = 0;
	for (size_t at = 0; at < length; at++) {
		uint32_t point = 0;
		if ((unsigned char)text[at] < 0xee || acr_utf8_decode(text + at, length - at, &point) != 3 ||
		    point < STAND_IN_SCALAR || point > STAND_IN_LAST) {
			continue;
		}
		acr_buf_add(out, text + copied, at - copied);
		if (point == STAND_IN_SCALAR) {
			write_escaped(&writer->escaped[next++], out);
			while (strncmp(text + at + 3, text + at, 3) == 0) {
				at += 3;
			}
		} else {
			pytext_encode(writer->characters[point - STAND_IN_FIRST], out);
		}
		at += 2;
		copied = at + 1;
	}
	acr_buf_add(out, text + copied, length - copied);
}

/* PyYAML marks the end of a document that is nothing but a plain scalar. */
static bool is_open_ended(const struct acr_json *value, const struct acr_buf *text)
{
	bool container = acr_json_is(value, ACR_JSON_ARRAY) || acr_json_is(value, ACR_JSON_OBJECT);
	return !container && !strchr("'\"", *acr_buf_str(text));
}

int out_yaml(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
	     struct acr_error *error)
{
	struct writer writer = {0};
	int code = 0;
	lay_out(&writer, value);
	if (writer.failed) {
		code = acr_fail(error, ACR_ERROR_GENERAL, "the result cannot be written as YAML");
	} else {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		finish(&writer, &text);
		if (is_open_ended(value, &text)) {
			acr_buf_puts(&text, "...\n");
		}
		if (options->colour) {
			yaml_colour(&text, out);
		} else {
			acr_buf_add(out, text.data, text.length);
		}
	}
	acr_buf_clear(&writer.laid_out);
	free(writer.escaped);
	free(writer.characters);
	return code;
}
