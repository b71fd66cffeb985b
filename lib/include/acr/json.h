/* JSON values (RFC 8259), addressed by key or by JSON Pointer (RFC 6901).
 *
 * A value belongs to whoever made it until it is put into an array or object, which then owns it. Getters lend:
 * what they return is valid until its owner changes or is freed. Every getter takes NULL and then behaves as for an
 * absent value, so look-ups chain. Members keep the order in which they were added. */
#ifndef ACR_JSON_H
#define ACR_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "buf.h"
#include "error.h"

struct acr_json;

enum acr_json_type {
	ACR_JSON_ABSENT, /* what a NULL pointer is */
	ACR_JSON_NULL,
	ACR_JSON_BOOL,
	ACR_JSON_NUMBER,
	ACR_JSON_STRING,
	ACR_JSON_ARRAY,
	ACR_JSON_OBJECT,
};

/* Parse one JSON text (surrounding white space and a leading UTF-8 byte order mark allowed, nothing else after it,
 * at most 512 levels deep). ACR_ERROR_FORMAT names the offset of the fault. */
int acr_json_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Append the value as compact JSON, members in their order. */
void acr_json_write(const struct acr_json *value, struct acr_buf *out);
/* The same as a string that is yours to free(). */
char *acr_json_text(const struct acr_json *value);
/* Append `text` as a quoted JSON string; `length` in bytes. Non-ASCII is kept, control characters are escaped. */
void acr_json_write_string(const char *text, size_t length, struct acr_buf *out);
/* Append a number the shortest way that reads back the same: 3, -0.5, 1e+100. */
void acr_json_write_number(double number, struct acr_buf *out);

/* Free the value and all in it; not for a value that an array or object owns. */
void acr_json_free(struct acr_json *value);
ACR_DEFINE_FREEP(acr_json)
/* A deep copy, the caller's; NULL gives NULL. */
struct acr_json *acr_json_copy(const struct acr_json *value);

/* New values, the caller's; texts are copied. */
struct acr_json *acr_json_new_null(void);
struct acr_json *acr_json_new_bool(bool value);
struct acr_json *acr_json_new_number(double value);
struct acr_json *acr_json_new_string(const char *text); /* NULL gives a JSON null */
struct acr_json *acr_json_new_string_length(const char *text, size_t length);
struct acr_json *acr_json_new_array(void);
struct acr_json *acr_json_new_object(void);

/* What it is, and its contents. */
enum acr_json_type acr_json_type(const struct acr_json *value);
bool acr_json_is(const struct acr_json *value, enum acr_json_type type);
/* Absent or JSON null. */
bool acr_json_is_nothing(const struct acr_json *value);
bool acr_json_bool(const struct acr_json *value);          /* false for anything but true */
double acr_json_number(const struct acr_json *value);      /* 0 for anything but a number */
const char *acr_json_string(const struct acr_json *value); /* NULL for anything but a string */
bool acr_json_equal(const struct acr_json *a, const struct acr_json *b); /* members in any order */

/* Members of an object or items of an array, in order:
 *   for (v = acr_json_first(o); v; v = acr_json_next(v)) … acr_json_key(v) … */
size_t acr_json_size(const struct acr_json *container); /* walks the list */
struct acr_json *acr_json_first(const struct acr_json *container);
struct acr_json *acr_json_next(const struct acr_json *item);
const char *acr_json_key(const struct acr_json *member); /* NULL for items of arrays */
struct acr_json *acr_json_item(const struct acr_json *array, size_t index);
struct acr_json *acr_json_get(const struct acr_json *object, const char *key); /* exact case */
/* Sort the members of every object in the value by the bytes of their keys. */
void acr_json_sort(struct acr_json *value);

/* By pointer ("/properties/sku/name", "" for the whole); NULL when a step is missing. For the common kinds: the string
 * there or NULL, the number or `fallback`, whether it is true. */
struct acr_json *acr_json_at(const struct acr_json *value, const char *pointer);
const char *acr_json_str(const struct acr_json *value, const char *pointer);
double acr_json_num(const struct acr_json *value, const char *pointer, double fallback);
bool acr_json_true(const struct acr_json *value, const char *pointer);

/* Put `item` (taken) into an object, replacing a member of that name in its place, or at the end of an array. */
void acr_json_set(struct acr_json *object, const char *key, struct acr_json *item);
void acr_json_append(struct acr_json *array, struct acr_json *item);
/* Put `item` in the place of the array's item at `index`; false, and item not taken, when there is none. */
bool acr_json_replace(struct acr_json *array, size_t index, struct acr_json *item);
/* Convenience for the three common kinds; a NULL text sets JSON null. */
void acr_json_set_str(struct acr_json *object, const char *key, const char *text);
void acr_json_set_bool(struct acr_json *object, const char *key, bool value);
void acr_json_set_num(struct acr_json *object, const char *key, double value);
/* Put `item` (taken) where the pointer says, making objects on the way ("/properties/sku/name"); "-" as the last
 * step appends to an array, made if absent. *root may be NULL (then an object is made). ACR_ERROR_FORMAT, and item
 * freed, when a step goes through something that is no container. */
int acr_json_put(struct acr_json **root, const char *pointer, struct acr_json *item, struct acr_error *error)
	ACR_MUST_CHECK;
/* Take a member or item out; the caller owns it. NULL when it is not there. */
struct acr_json *acr_json_detach(struct acr_json *object, const char *key);
struct acr_json *acr_json_detach_item(struct acr_json *array, size_t index);
/* Free the member, if there. */
void acr_json_remove(struct acr_json *object, const char *key);

#endif
