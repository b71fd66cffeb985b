/* Deleting repositories and images. */
#include <string.h>

#include "bind.h"
#include "context.h"
#include "run/run.h"
#include "run_op.h"

/* "This operation will delete the manifest 'sha256:…' and all the following images: 'r:a', 'r:b'" */
static char *deletion_sentence(const struct acr_image *image, const struct acr_json *tags)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const struct acr_json *tag;
	const char *lead = " and all the following images: ";

	acr_buf_printf(&text, "This operation will delete the manifest '%s'", image->digest);
	for (tag = acr_json_first(tags); tag; tag = acr_json_next(tag)) {
		const char *digest = acr_json_str(tag, "/digest");

		if (!digest || strcmp(digest, image->digest) != 0)
			continue;
		acr_buf_printf(&text, "%s'%s:%s'", lead, image->repository, acr_json_str(tag, "/name"));
		lead = ", ";
	}
	return acr_buf_take(&text);
}

/* Say what goes with the manifest; ask, unless --yes was given. */
static int confirm_manifest(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *tags = NULL;
	ACR_AUTO_FREE char *sentence = NULL;
	int rc = context_call(context, &acr_op_tag_list, params, NULL, &tags, error);

	if (rc < 0)
		return rc;
	sentence = deletion_sentence(&context->target, tags);
	if (args_flag(context->args, "yes")) {
		io_warn(context->io, "%s", sentence);
		return 0;
	}
	return context_confirm(context, error, "%s.\nAre you sure you want to continue?", sentence);
}

static int confirm_repository(struct context *context, struct acr_error *error)
{
	return context_confirm(context, error,
			       "Are you sure you want to delete the repository '%s' and all images under it?",
			       context->target.repository);
}

int repository_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	bool whole;
	int rc = run_prepare(context, error);

	if (rc < 0)
		return rc;
	whole = !context->target.digest;
	bind_path(context, &params);
	rc = whole ? confirm_repository(context, error) : confirm_manifest(context, &params, error);
	if (rc == 0)
		rc = run_call(context, whole ? &acr_op_repository_delete : &acr_op_manifest_delete, &params, ret,
			      error);
	acr_params_clear(&params);
	return rc;
}
