/* A folder of its own for a test. */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

/* Make one; fails the test when that cannot be done. */
char *scratch_folder_new(void);
/* Remove it with all that is in it, whatever rights were taken away, and free its path. */
void scratch_folder_free(char *folder);

#endif
