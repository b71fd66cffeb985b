/* Rows of cells, laid out in columns. */
#include <locale.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <acr/encode.h>
#include "grid.h"
#include "pytext.h"

#define BETWEEN "  "
#define HEADER_PADDING 2

struct heading {
	char *text;
	size_t number;
};

struct cell {
	size_t column, start, length; /* the text is in grid->text */
	bool multiline;               /* it had a line end, perhaps only at its ends */
};

struct grid {
	struct acr_buf text;
	struct heading **headings;
	void *by_text; /* tree of the same headings */
	size_t columns, column_room;
	struct cell *cells; /* of all rows, row by row */
	size_t count, room;
	size_t *rows; /* index of each row's first cell */
	size_t row_count, row_room;
	size_t highest; /* column of the last row */
	locale_t utf8, before;
};

/* Width and case of characters come from the C library, which wants a locale that knows them. */
struct grid *grid_new(void)
{
	struct grid *grid = acr_alloc(sizeof(*grid));
	grid->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (grid->utf8) {
		grid->before = uselocale(grid->utf8);
	}
	return grid;
}

static void keep(void *heading)
{
	(void)heading;
}

void grid_free(struct grid *grid)
{
	tdestroy(grid->by_text, keep);
	for (size_t i = 0; i < grid->columns; i++) {
		free(grid->headings[i]->text);
		free(grid->headings[i]);
	}
	free(grid->headings);
	free(grid->cells);
	free(grid->rows);
	acr_buf_clear(&grid->text);
	if (grid->utf8) {
		uselocale(grid->before);
		freelocale(grid->utf8);
	}
	free(grid);
}

/* Make room for one item more. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room) {
		return items;
	}
	*room = *room ? *room * 2 : 16;
	return acr_realloc_array(items, *room, size);
}

/* The bytes of a colour sequence (ESC [ … m) at `text`, 0 when there is none. */
static size_t colour_sequence(const char *text, size_t length)
{
	size_t at = 2;
	if (length < 4 || text[0] != '\033' || text[1] != '[') {
		return 0;
	}
	while (at < length && strchr("0123456789;", text[at])) {
		at++;
	}
	return at > 2 && at < length && text[at] == 'm' ? at + 1 : 0;
}

/* Terminal cells of one line. */
static size_t line_width(const char *text, size_t length)
{
	size_t width = 0;
	for (size_t at = 0; at < length;) {
		size_t colour = colour_sequence(text + at, length - at);
		if (colour) {
			at += colour;
			continue;
		}
		uint32_t point;
		at += acr_utf8_decode(text + at, length - at, &point);
		int cells = point < 0x7f ? 1 : wcwidth((wchar_t)point);
		width += cells < 0 ? 1 : (size_t)cells;
	}
	return width;
}

/* Terminal cells of the widest line. */
static size_t text_width(const char *text, size_t length)
{
	size_t widest = 0;
	for (size_t start = 0; start <= length;) {
		size_t size = 0;
		while (start + size < length && text[start + size] != '\r' && text[start + size] != '\n') {
			size++;
		}
		size_t width = line_width(text + start, size);
		widest = width > widest ? width : widest;
		start += size + 1;
	}
	return widest;
}

static int compare_headings(const void *a, const void *b)
{
	return strcmp(((const struct heading *)a)->text, ((const struct heading *)b)->text);
}

static struct heading *add_heading(struct grid *grid, const char *header)
{
	struct heading *heading = acr_alloc(sizeof(*heading));
	heading->text = acr_strdup(header);
	heading->number = grid->columns;
	grid->headings = grow(grid->headings, grid->columns, &grid->column_room, sizeof(*grid->headings));
	grid->headings[grid->columns++] = heading;
	return heading;
}

/* The column of a header, added if need be. Rows mostly have the same columns in the same order: look at `likely`
 * first. */
static struct heading *find_heading(struct grid *grid, const char *header, size_t likely)
{
	if (likely < grid->columns && strcmp(grid->headings[likely]->text, header) == 0) {
		return grid->headings[likely];
	}
	struct heading key = {.text = (char *)header};
	struct heading **found = tfind(&key, &grid->by_text, compare_headings);
	if (found) {
		return *found;
	}
	struct heading *heading = add_heading(grid, header);
	if (!tsearch(heading, &grid->by_text, compare_headings)) {
		acr_oom();
	}
	return heading;
}

void grid_row(struct grid *grid)
{
	grid->rows = grow(grid->rows, grid->row_count, &grid->row_room, sizeof(*grid->rows));
	grid->rows[grid->row_count++] = grid->count;
}

/* The cell of a column in the last row, added if need be. */
static struct cell *find_cell(struct grid *grid, size_t column)
{
	size_t first = grid->rows[grid->row_count - 1];
	if (first < grid->count && column <= grid->highest) {
		for (size_t i = first; i < grid->count; i++) {
			if (grid->cells[i].column == column) {
				return &grid->cells[i];
			}
		}
	} else {
		grid->highest = column;
	}
	grid->cells = grow(grid->cells, grid->count, &grid->room, sizeof(*grid->cells));
	return &grid->cells[grid->count++];
}

void grid_cell(struct grid *grid, const char *header, const char *text, size_t length)
{
	bool first = grid->count == grid->rows[grid->row_count - 1];
	size_t likely = first ? 0 : grid->cells[grid->count - 1].column + 1;
	struct heading *heading = find_heading(grid, header, likely);
	bool multiline = memchr(text, '\n', length) || memchr(text, '\r', length);
	length = pytext_trimmed(text, length);
	size_t blank = pytext_leading_space(text, length);
	struct cell *cell = find_cell(grid, heading->number);
	*cell = (struct cell){heading->number, grid->text.length, length - blank, multiline};
	acr_buf_add(&grid->text, text + blank, length - blank);
}

/* A text of which the lines are taken one by one; NULL when none is left. */
struct span {
	const char *text;
	size_t length;
};

static struct span take_line(struct span *rest)
{
	struct span line = {rest->text, 0};
	while (line.length < rest->length) {
		uint32_t point;
		size_t left = rest->length - line.length;
		size_t size = acr_utf8_decode(rest->text + line.length, left, &point);
		if (pytext_is_line_end(point)) {
			size += point == '\r' && left > 1 && rest->text[line.length + 1] == '\n';
			*rest = (struct span){rest->text + line.length + size, left - size};
			return line;
		}
		line.length += size;
	}
	*rest = (struct span){NULL, 0};
	return line;
}

static void pad(size_t from, size_t to, char fill, struct acr_buf *out)
{
	while (from++ < to) {
		acr_buf_putc(out, fill);
	}
}

/* Writes the cells of a row, which it may use up. */
typedef void write_row(struct span *cells, const size_t *widths, size_t columns, struct acr_buf *out);

/* One line of output; white space at its end is dropped. */
static void write_line(struct span *cells, const size_t *widths, size_t columns, struct acr_buf *out)
{
	size_t start = out->length;
	for (size_t i = 0; i < columns; i++) {
		acr_buf_puts(out, i ? BETWEEN : "");
		acr_buf_add(out, cells[i].text ? cells[i].text : "", cells[i].length);
		pad(cells[i].text ? line_width(cells[i].text, cells[i].length) : 0, widths[i], ' ', out);
	}
	if (out->length > start) {
		acr_buf_truncate(out, start + pytext_trimmed(out->data + start, out->length - start));
	}
	acr_buf_putc(out, '\n');
}

/* The lines of a row; no line at all when all cells are empty. */
static void write_lines(struct span *cells, const size_t *widths, size_t columns, struct acr_buf *out)
{
	ACR_AUTO_FREE struct span *line = acr_alloc_array(columns, sizeof(*line));
	for (;;) {
		bool any = false;
		for (size_t i = 0; i < columns; i++) {
			any = any || cells[i].text;
			line[i] = take_line(&cells[i]);
		}
		if (!any) {
			return;
		}
		write_line(line, widths, columns, out);
	}
}

static size_t *measure(const struct grid *grid)
{
	size_t *widths = acr_alloc_array(grid->columns, sizeof(*widths));
	for (size_t i = 0; i < grid->columns; i++) {
		const char *text = grid->headings[i]->text;
		widths[i] = text_width(text, strlen(text)) + HEADER_PADDING;
	}
	for (size_t i = 0; i < grid->count; i++) {
		const struct cell *cell = &grid->cells[i];
		size_t width = text_width(acr_buf_str(&grid->text) + cell->start, cell->length);
		widths[cell->column] = width > widths[cell->column] ? width : widths[cell->column];
	}
	return widths;
}

/* With a line end anywhere, all cells are split into lines. */
static bool is_multiline(const struct grid *grid)
{
	bool multiline = false;
	for (size_t i = 0; !multiline && i < grid->columns; i++) {
		multiline = strpbrk(grid->headings[i]->text, "\r\n");
	}
	for (size_t i = 0; !multiline && i < grid->count; i++) {
		multiline = grid->cells[i].multiline;
	}
	return multiline;
}

static void write_head(const struct grid *grid, struct span *cells, const size_t *widths, write_row *write,
		       struct acr_buf *out)
{
	for (size_t i = 0; i < grid->columns; i++) {
		cells[i] = (struct span){grid->headings[i]->text, strlen(grid->headings[i]->text)};
	}
	write(cells, widths, grid->columns, out);
	for (size_t i = 0; i < grid->columns; i++) {
		acr_buf_puts(out, i ? BETWEEN : "");
		pad(0, widths[i], '-', out);
	}
	acr_buf_putc(out, '\n');
}

void grid_write(const struct grid *grid, struct acr_buf *out)
{
	if (!grid->columns) {
		acr_buf_putc(out, '\n');
		return;
	}
	write_row *write = is_multiline(grid) ? write_lines : write_line;
	ACR_AUTO_FREE size_t *widths = measure(grid);
	ACR_AUTO_FREE struct span *cells = acr_alloc_array(grid->columns, sizeof(*cells));
	write_head(grid, cells, widths, write, out);
	for (size_t row = 0; row < grid->row_count; row++) {
		size_t end = row + 1 < grid->row_count ? grid->rows[row + 1] : grid->count;
		memset(cells, 0, grid->columns * sizeof(*cells));
		for (size_t i = grid->rows[row]; i < end; i++) {
			const struct cell *cell = &grid->cells[i];
			if (cell->length) {
				cells[cell->column] =
					(struct span){acr_buf_str(&grid->text) + cell->start, cell->length};
			}
		}
		write(cells, widths, grid->columns, out);
	}
}
