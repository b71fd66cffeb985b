/* Times and spans as Python writes them. */
#include "pytime.h"

#include <acr/buf.h>
#include <acr/timestamp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *pytime_point(const char *text)
{
	size_t date = strlen("2023-12-21"), clock = strlen("23:56:34"), digits;
	int64_t seconds;
	int nanoseconds;
	const char *rest;
	char fraction[8] = "";

	if (acr_time_parse(text, &seconds, &nanoseconds, NULL) < 0 || strlen(text) < date + 1 + clock ||
	    text[date] == ' ')
		return NULL;
	rest = text + date + 1 + clock;
	digits = *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
	rest += digits;
	if (nanoseconds / 1000)
		snprintf(fraction, sizeof(fraction), ".%06u", (unsigned)nanoseconds / 1000 % 1000000);
	return acr_format("%.*sT%.*s%s%s", (int)date, text, (int)clock, text + date + 1, fraction,
			  !strcasecmp(rest, "Z") ? "+00:00" : rest);
}

/* An ISO 8601 duration of weeks, days, hours, minutes and seconds. */
struct span {
	int64_t seconds;
	int microseconds;
};

/* "5", or of seconds "5.25"; false when it is no number. */
static bool take_number(const char **text, int64_t *number, int *microseconds)
{
	size_t digits = strspn(*text, "0123456789");
	int unit = 100000;

	if (!digits || digits > 9)
		return false;
	*number = strtol(*text, NULL, 10);
	*text += digits;
	if (**text != '.')
		return true;
	for (++*text; **text >= '0' && **text <= '9'; unit /= 10)
		*microseconds += (*(*text)++ - '0') * unit;
	return **text == 'S';
}

static bool parse_span(const char *text, struct span *ret)
{
	static const struct {
		char unit;
		bool time;
		int64_t seconds;
	} units[] = {{'W', false, 604800}, {'D', false, 86400}, {'H', true, 3600}, {'M', true, 60}, {'S', true, 1}};
	bool time = false;
	int64_t number;
	size_t i;

	*ret = (struct span){0};
	if (*text++ != 'P' || !*text)
		return false;
	while (*text) {
		if (*text == 'T' && !time) {
			time = true;
			text++;
			continue;
		}
		if (!take_number(&text, &number, &ret->microseconds))
			return false;
		for (i = 0; i < ACR_COUNT(units) && !(units[i].unit == *text && units[i].time == time); i++)
			;
		if (i == ACR_COUNT(units))
			return false;
		ret->seconds += number * units[i].seconds;
		text++;
	}
	return true;
}

char *pytime_span(const char *text)
{
	ACR_AUTO(acr_buf) printed = ACR_BUF_INIT;
	struct span span;
	int64_t days;
	int rest;

	if (!parse_span(text, &span))
		return NULL;
	days = span.seconds / 86400;
	rest = (int)(span.seconds % 86400);
	if (days)
		acr_buf_printf(&printed, "%lld day%s, ", (long long)days, days == 1 ? "" : "s");
	acr_buf_printf(&printed, "%d:%02d:%02d", rest / 3600, rest / 60 % 60, rest % 60);
	if (span.microseconds)
		acr_buf_printf(&printed, ".%06d", span.microseconds);
	return acr_buf_take(&printed);
}
