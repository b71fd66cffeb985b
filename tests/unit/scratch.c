/* Folders for tests, below /tmp. */
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <acr/buf.h>
#include <cmocka.h>

char *scratch_folder_new(void)
{
	char *folder = acr_strdup("/tmp/acr-test-XXXXXX");

	assert_non_null(mkdtemp(folder));
	return folder;
}

void scratch_folder_free(char *folder)
{
	ACR_AUTO_FREE char *command = acr_format("chmod -R u+rwx '%s'; rm -rf '%s'", folder, folder);

	assert_int_equal(system(command), 0);
	free(folder);
}
