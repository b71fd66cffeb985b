/* Image references: what is accepted must give the same parts when it is put together and parsed again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <acr/image.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct acr_image *image)
{
	const char *none = "";
	ACR_AUTO(acr_image) again = {0};
	ACR_AUTO_FREE char *text =
		acr_format("%s%s%s%s%s%s%s", image->registry ? image->registry : none, image->registry ? "/" : none,
			   image->repository, image->tag ? ":" : none, image->tag ? image->tag : none,
			   image->digest ? "@" : none, image->digest ? image->digest : none);
	if (acr_image_parse(text, image->registry != NULL, &again, NULL) != 0 ||
	    strcmp(image->repository, again.repository) != 0 || !image->tag != !again.tag ||
	    !image->digest != !again.digest || !image->registry != !again.registry) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ACR_AUTO_FREE char *text = acr_strndup((const char *)data, size);
	for (int with_registry = 0; with_registry < 2; with_registry++) {
		ACR_AUTO(acr_image) image = {0};
		if (acr_image_parse(text, with_registry, &image, NULL) == 0) {
			check_again(&image);
		}
	}
	return 0;
}
