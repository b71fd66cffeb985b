/* What the columns of -o table show for values that are not plain text. */
#include <string.h>
#include <strings.h>
#include <acr/timestamp.h>
#include "output.h"
#include "pytext.h"

#define SHORT 57

/* A string as it is, anything else that is true as Python prints it, nothing for the rest. */
static void text_of(const struct acr_json *value, struct acr_buf *out)
{
	if (pytext_truthy(value)) {
		pytext_str(value, out);
	}
}

/* The date and the time of day are kept as they are written, whatever the offset. */
static void time_text(const char *text, struct acr_buf *out)
{
	int64_t seconds;
	if (acr_time_parse(text, &seconds, NULL, NULL) == 0) {
		bool time = strlen(text) >= strlen("2023-12-21T23:56:34");
		acr_buf_printf(out, "%.10sT%.8sZ", text, time ? text + strlen("2023-12-21T") : "00:00:00");
	} else if (acr_time_parse_http(text, &seconds, NULL) == 0) {
		ACR_AUTO_FREE char *rfc3339 = acr_time_text(seconds);
		acr_buf_puts(out, rfc3339);
	} else {
		acr_buf_puts(out, text);
	}
}

void cell_time(const struct acr_json *value, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	text_of(value, &text);
	time_text(acr_buf_str(&text), out);
}

void cell_duration(const struct acr_json *value, struct acr_buf *out)
{
	const char *start = acr_json_str(value, "/0"), *finish = acr_json_str(value, "/1");
	int64_t from, to;
	int from_ns = 0, to_ns = 0;
	if (!start || !finish || acr_time_parse(start, &from, &from_ns, NULL) < 0 ||
	    acr_time_parse(finish, &to, &to_ns, NULL) < 0) {
		return;
	}
	int64_t seconds = to - from - (to_ns < from_ns);
	/* Negative durations have negative hours alone, as Python's timedelta. */
	int64_t hours = seconds / 3600 - (seconds % 3600 < 0);
	int64_t rest = seconds - hours * 3600;
	acr_buf_printf(out, "%02d:%02d:%02d", (int)hours, (int)(rest / 60), (int)(rest % 60));
}

void cell_trigger(const struct acr_json *value, struct acr_buf *out)
{
	const char *event = acr_json_str(value, "/sourceTrigger/eventType");
	acr_buf_puts(out, event && *event                                            ? event
			  : pytext_truthy(acr_json_get(value, "timerTrigger"))       ? "Timer"
			  : pytext_truthy(acr_json_get(value, "imageUpdateTrigger")) ? "Image Update"
										     : "Manual");
}

static bool enabled(const struct acr_json *trigger)
{
	const char *status = acr_json_str(trigger, "/status");
	return status && strcasecmp(status, "enabled") == 0;
}

static bool any_enabled(const struct acr_json *triggers)
{
	bool any = false;
	for (const struct acr_json *v = acr_json_first(triggers); v; v = acr_json_next(v)) {
		any = any || enabled(v);
	}
	return any;
}

void cell_task_triggers(const struct acr_json *value, struct acr_buf *out)
{
	const struct {
		const char *name;
		bool on;
	} triggers[] = {
		{"BASE_IMAGE", enabled(acr_json_at(value, "/trigger/baseImageTrigger"))},
		{"SOURCE", enabled(acr_json_at(value, "/trigger/sourceTriggers/0"))},
		{"TIMER", any_enabled(acr_json_at(value, "/trigger/timerTriggers"))},
	};
	const char *between = "";
	for (size_t i = 0; i < ACR_COUNT(triggers); i++) {
		if (triggers[i].on) {
			acr_buf_printf(out, "%s%s", between, triggers[i].name);
			between = ", ";
		}
	}
}

void cell_python(const struct acr_json *value, struct acr_buf *out)
{
	text_of(value, out);
}

void cell_title(const struct acr_json *value, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	bool inside = false; /* a word */
	text_of(value, &text);
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
		acr_buf_putc(out, (char)(upper && inside ? c - 'A' + 'a' : lower && !inside ? c - 'a' + 'A' : c));
		inside = upper || lower || (unsigned char)c >= 0x80;
	}
}

void cell_short(const struct acr_json *value, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	text_of(value, &text);
	size_t length = pytext_prefix(acr_buf_str(&text), SHORT);
	acr_buf_add(out, acr_buf_str(&text), length);
	acr_buf_puts(out, length < text.length ? "..." : "");
}

void cell_last_segment(const struct acr_json *value, struct acr_buf *out)
{
	const char *text = acr_json_string(value);
	const char *slash = text ? strrchr(text, '/') : NULL;
	acr_buf_puts(out, slash ? slash + 1 : text ? text : "");
}

void cell_cores(const struct acr_json *value, struct acr_buf *out)
{
	static const char *const units[] = {" core/", " gb"};

	for (size_t i = 0; i < ACR_COUNT(units); i++) {
		double number = acr_json_number(acr_json_item(value, i));

		/* Both are fractions to az, even when they are whole. */
		pytext_number(number, out);
		acr_buf_printf(out, "%s%s", number == (double)(long)number ? ".0" : "", units[i]);
	}
}

void cell_lines(const struct acr_json *value, struct acr_buf *out)
{
	for (const struct acr_json *v = acr_json_first(value); v; v = acr_json_next(v)) {
		acr_buf_puts(out, v == acr_json_first(value) ? "" : "\n");
		if (acr_json_key(v)) {
			acr_buf_puts(out, acr_json_key(v));
		} else {
			pytext_str(v, out);
		}
	}
}

void cell_expiry(const struct acr_json *value, struct acr_buf *out)
{
	const struct acr_json *password = acr_json_is(value, ACR_JSON_ARRAY) ? acr_json_first(value) : value;
	const struct acr_json *expiry = acr_json_get(password, "expiry");
	if (pytext_truthy(expiry)) {
		cell_time(expiry, out);
	} else if (acr_json_is(password, ACR_JSON_OBJECT)) {
		acr_buf_puts(out, "Never");
	}
}
