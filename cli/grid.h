/* Rows of cells, laid out in columns as the "simple" style of Python's tabulate does. */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include <acr/buf.h>

struct grid;

struct grid *grid_new(void);
void grid_free(struct grid *grid);
/* Begin a row. */
void grid_row(struct grid *grid);
/* Set the cell below `header` in the row begun last; a header not seen before adds a column. White space at both ends
 * of the text is dropped, line ends in it make the cell take several lines. */
void grid_cell(struct grid *grid, const char *header, const char *text, size_t length);
/* Append the table; a line end alone when there are no columns. */
void grid_write(const struct grid *grid, struct acr_buf *out);

#endif
