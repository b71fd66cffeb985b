/* Times and spans as Python writes them: the Azure CLI reads those of answers, and prints them through str(). */
#ifndef CLI_PYTIME_H
#define CLI_PYTIME_H

/* A point in time, with its own offset and at most six digits of fraction: "2023-12-21T23:56:34.852493+00:00". Yours to
 * free(); NULL when the text is none. */
char *pytime_point(const char *text);
/* An ISO 8601 duration without years and months: "2 days, 0:00:00", "1:30:00". Yours to free(); NULL when the text is
 * none. */
char *pytime_span(const char *text);

#endif
