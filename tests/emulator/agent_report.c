/* The report at the end of a log: what was pushed, and what it is built on. */
#include "agent.h"

#include <acr/image.h>
#include <stdlib.h>
#include <string.h>

static void report_image(struct run_log *log, const char *title, const struct acr_image *image, const char *digest)
{
	bool hub = !image->registry || !strcmp(image->registry, "docker.io");
	bool library = hub && !strchr(image->repository, '/');
	log_text(log, "%s", title);
	log_text(log, "    registry: %s", hub ? "registry.hub.docker.com" : image->registry);
	log_text(log, "    repository: %s%s", library ? "library/" : "", image->repository);
	if (image->tag)
		log_text(log, "    tag: %s", image->tag);
	log_text(log, "    digest: %s", digest);
}

static int report_base(struct run *run, const char *title, const char *reference, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	ACR_AUTO_PTR(acr_json) *facts = NULL;
	if (acr_image_parse(reference, true, &image, error) < 0 ||
	    image_inspect(run, &run->log, reference, &facts, error) < 0)
		return error->code;
	const char *digest = acr_json_str(facts, "/FromImageDigest");
	report_image(&run->log, title, &image, digest ? digest : "");
	return 0;
}

int report_images(struct run *run, struct acr_error *error)
{
	if (!acr_json_size(run->images))
		return 0;
	log_line(&run->log, "The following dependencies were found:");
	log_line(&run->log, "%s", "");
	for (const struct acr_json *item = acr_json_first(run->images); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *name = acr_format("%s/%s:%s", acr_json_str(item, "/registry"),
						      acr_json_str(item, "/repository"), acr_json_str(item, "/tag"));
		ACR_AUTO(acr_image) image = {0};
		if (acr_image_parse(name, true, &image, error) < 0)
			return error->code;
		report_image(&run->log, "- image:", &image, acr_json_str(item, "/digest"));
		const struct acr_json *bases = acr_json_get(run->bases, name);
		size_t left = acr_json_size(bases);
		if (left && report_base(run, "  runtime-dependency:", acr_json_string(acr_json_item(bases, left - 1)),
					error) < 0)
			return error->code;
		log_text(&run->log, "  git: {}");
	}
	return 0;
}
