/* Schedules of timers, five fields as the service understands them: all of them must name a minute for it to match. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
				     "Aug", "Sep", "Oct", "Nov", "Dec", NULL};
static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", NULL};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct field {
	const char *what;
	long first, last;
	const char *const *names; /* of `first` and those after it; NULL when they have none */
} fields[FIELDS] = {
	[MINUTE] = {"minute", 0, 59, NULL},
	[HOUR] = {"hour", 0, 23, NULL},
	[DAY] = {"day", 1, 31, NULL},
	[MONTH] = {"month", 1, 12, months},
	[WEEKDAY] = {"day of the week", 0, 6, weekdays},
};

/* A number or a name at *step, which then stands behind it; -1 when there is none that the field knows. */
static long read_value(const struct field *field, const char **step)
{
	for (long i = 0; field->names && field->names[i]; i++)
		if (!strncasecmp(*step, field->names[i], 3)) {
			*step += 3;
			return field->first + i;
		}
	size_t digits = strspn(*step, "0123456789");
	if (!digits || digits > 2)
		return -1;
	char *end;
	long value = strtol(*step, &end, 10);
	*step = end;
	return value >= field->first && value <= field->last ? value : -1;
}

/* "*", "5", "1-5", each with "/2" behind it; false when it is none of these. */
static bool read_item(const struct field *field, const char **step, uint64_t *set)
{
	long first = field->first, last = field->last, stride = 1;
	if (**step == '*') {
		++*step;
	} else {
		first = last = read_value(field, step);
		if (**step == '-') {
			++*step;
			last = read_value(field, step);
		} else if (**step == '/') {
			last = field->last;
		}
		if (first < 0 || last < first)
			return false;
	}
	if (**step == '/') {
		char *end;
		size_t digits = strspn(++*step, "0123456789");
		stride = digits && digits <= 2 ? strtol(*step, &end, 10) : 0;
		if (!stride)
			return false;
		*step = end;
	}
	for (long value = first; value <= last; value += stride)
		*set |= (uint64_t)1 << value;
	return true;
}

/* Items with commas between them. */
static bool read_field(const struct field *field, const char **step, uint64_t *set)
{
	*set = 0;
	for (;; ++*step) {
		if (!read_item(field, step, set))
			return false;
		if (**step != ',')
			return !**step || strchr(" \t", **step);
	}
}

int cron_parse(const char *text, struct cron *ret, struct acr_error *error)
{
	struct cron cron;
	const char *step = text;
	for (size_t i = 0; i < FIELDS; i++) {
		step += strspn(step, " \t");
		if (!*step)
			return acr_fail(
				error, ACR_ERROR_FORMAT,
				"the schedule '%s' has fewer than five fields: minute, hour, day, month, day of "
				"the week",
				text);
		if (!read_field(&fields[i], &step, &cron.fields[i]))
			return acr_fail(error, ACR_ERROR_FORMAT,
					"the schedule '%s' has a wrong %s; values from %ld to %ld, lists, ranges and "
					"steps are known",
					text, fields[i].what, fields[i].first, fields[i].last);
	}
	if (step[strspn(step, " \t")])
		return acr_fail(error, ACR_ERROR_FORMAT, "the schedule '%s' has more than five fields", text);
	*ret = cron;
	return 0;
}

bool cron_matches(const struct cron *cron, int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm parts;
	if (!gmtime_r(&time, &parts))
		return false;
	const int values[FIELDS] = {parts.tm_min, parts.tm_hour, parts.tm_mday, parts.tm_mon + 1, parts.tm_wday};
	for (size_t i = 0; i < FIELDS; i++)
		if (!(cron->fields[i] >> values[i] & 1))
			return false;
	return true;
}
