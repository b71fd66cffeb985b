/* RFC 3339 and HTTP dates ↔ seconds since 1970 UTC. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <acr/timestamp.h>

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* Read exactly `width` digits of a number between `low` and `high`. */
static bool take_number(const char **text, int width, int low, int high, int *ret)
{
	int value = 0;
	for (int i = 0; i < width; i++) {
		if (!isdigit((unsigned char)(*text)[i])) {
			return false;
		}
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += width;
	*ret = value;
	return value >= low && value <= high;
}

static bool take_char(const char **text, char c)
{
	if (**text != c) {
		return false;
	}
	(*text)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return length[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **text, struct tm *tm)
{
	int year, month;
	if (!take_number(text, 4, 0, 9999, &year) || !take_char(text, '-') || !take_number(text, 2, 1, 12, &month) ||
	    !take_char(text, '-') || !take_number(text, 2, 1, days_in_month(year, month), &tm->tm_mday)) {
		return false;
	}
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return true;
}

static bool take_clock(const char **text, struct tm *tm)
{
	return take_number(text, 2, 0, 23, &tm->tm_hour) && take_char(text, ':') &&
	       take_number(text, 2, 0, 59, &tm->tm_min) && take_char(text, ':') &&
	       take_number(text, 2, 0, 60, &tm->tm_sec);
}

static bool take_fraction(const char **text, int *nanoseconds)
{
	if (!take_char(text, '.')) {
		return true;
	}
	if (!isdigit((unsigned char)**text)) {
		return false;
	}
	for (int unit = 100000000; isdigit((unsigned char)**text); unit /= 10) {
		*nanoseconds += (*(*text)++ - '0') * unit;
	}
	return true;
}

/* "Z", "+01:00", "+0100" or nothing, as seconds east of UTC. */
static bool take_offset(const char **text, int *seconds)
{
	char sign = **text;
	int hours, minutes;
	if (sign != '+' && sign != '-') {
		return !sign || take_char(text, 'Z') || take_char(text, 'z');
	}
	(*text)++;
	if (!take_number(text, 2, 0, 23, &hours)) {
		return false;
	}
	take_char(text, ':');
	if (!take_number(text, 2, 0, 59, &minutes)) {
		return false;
	}
	*seconds = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
	return true;
}

int acr_time_parse(const char *text, int64_t *seconds, int *nanoseconds, struct acr_error *error)
{
	struct tm tm = {0};
	const char *at = text;
	int fraction = 0, offset = 0;
	bool valid = take_date(&at, &tm);
	if (valid && *at) {
		valid = (take_char(&at, 'T') || take_char(&at, 't') || take_char(&at, ' ')) && take_clock(&at, &tm) &&
			take_fraction(&at, &fraction) && take_offset(&at, &offset);
	}
	if (!valid || *at) {
		return acr_fail(error, ACR_ERROR_FORMAT, "'%s' is not a date and time like 2023-12-21T23:56:34Z", text);
	}
	*seconds = (int64_t)timegm(&tm) - offset;
	if (nanoseconds) {
		*nanoseconds = fraction;
	}
	return 0;
}

/* One of `count` three-letter names. */
static bool take_name(const char **text, const char *const *names, int count, int *ret)
{
	for (int i = 0; i < count; i++) {
		if (strncmp(*text, names[i], 3) == 0) {
			*text += 3;
			*ret = i;
			return true;
		}
	}
	return false;
}

int acr_time_parse_http(const char *text, int64_t *seconds, struct acr_error *error)
{
	struct tm tm = {0};
	const char *at = text;
	int weekday, year = 0;
	bool valid = take_name(&at, days, 7, &weekday) && take_char(&at, ',') && take_char(&at, ' ') &&
		     take_number(&at, 2, 1, 31, &tm.tm_mday) && take_char(&at, ' ') &&
		     take_name(&at, months, 12, &tm.tm_mon) && take_char(&at, ' ') &&
		     take_number(&at, 4, 0, 9999, &year) && take_char(&at, ' ') && take_clock(&at, &tm) &&
		     strcmp(at, " GMT") == 0 && tm.tm_mday <= days_in_month(year, tm.tm_mon + 1);
	if (!valid) {
		return acr_fail(error, ACR_ERROR_FORMAT, "'%s' is not a date like Thu, 21 Dec 2023 23:56:34 GMT", text);
	}
	tm.tm_year = year - 1900;
	*seconds = timegm(&tm);
	return 0;
}

static struct tm broken_down(int64_t seconds)
{
	struct tm tm = {0};
	time_t time = (time_t)seconds;
	gmtime_r(&time, &tm);
	return tm;
}

char *acr_time_text(int64_t seconds)
{
	struct tm tm = broken_down(seconds);
	return acr_format("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
			  tm.tm_min, tm.tm_sec);
}

char *acr_time_http_text(int64_t seconds)
{
	struct tm tm = broken_down(seconds);
	return acr_format("%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
			  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
