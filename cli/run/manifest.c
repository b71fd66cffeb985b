/* Manifests: shown, listed, deleted, restored. */
#include <stdlib.h>

#include "bind.h"
#include "context.h"
#include "run/image.h"
#include "run/run.h"
#include "run_op.h"

int manifest_list_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	int rc = image_from_name_or_id(context, IMAGE_REPOSITORY, &image, error);

	if (rc < 0)
		return rc;
	acr_json_free(params->path);
	params->path = image_path(&image);
	repository_set_order(context, params);
	return 0;
}

/* The digests that a list of manifests names, as parameters of one request each; NULL when there is none. */
static struct acr_params *requests_for(const struct acr_json *list, const char *repository, const char *server,
				       size_t *count)
{
	size_t size = acr_json_size(list);
	struct acr_params *requests = acr_alloc_array(size ? size : 1, sizeof(*requests));
	const struct acr_json *item;

	*count = 0;
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		struct acr_json *path = acr_json_new_object();
		const char *digest = acr_json_str(item, "/digest");

		acr_json_set_str(path, "loginServer", server);
		acr_json_set_str(path, "repository", repository);
		acr_json_set_str(path, "reference", digest ? digest : "");
		requests[(*count)++].path = path;
	}
	return requests;
}

int manifest_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	struct acr_params *requests;
	size_t count, i;
	int rc;

	if ((rc = manifest_list_prepare(context, &params, error)) == 0)
		rc = run_call(context, &acr_op_manifest_list_all, &params, &list, error);
	if (rc == 0) {
		requests = requests_for(list, acr_json_str(params.path, "/repository"), context->login_server, &count);
		rc = acr_call_batch(context->client, &acr_op_manifest_get_all, requests, count, ret, error);
		for (i = 0; i < count; i++)
			acr_params_clear(&requests[i]);
		free(requests);
	}
	acr_params_clear(&params);
	return rc;
}

/* Written as it is: the digest is the hash of these very bytes. */
static int print_raw(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	struct acr_call_options options = {.text = &text};
	struct acr_json *nothing = NULL;
	int rc = context_call(context, &acr_op_manifest_get, params, &options, &nothing, error);

	if (rc < 0)
		return rc;
	if (fwrite(acr_buf_str(&text), 1, text.length, context->io->out) == text.length &&
	    fflush(context->io->out) == 0)
		return 0;
	return acr_fail(error, ACR_ERROR_FILE, "The manifest could not be written to standard output.");
}

int manifest_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO(acr_image) image = {0};
	int rc = image_from_name_or_id(context, IMAGE_ANY, &image, error);

	if (rc < 0)
		return rc;
	params.path = image_path(&image);
	acr_json_set_str(params.path, "reference", image.tag ? image.tag : image.digest);
	if (args_flag(context->args, "raw"))
		rc = print_raw(context, &params, error);
	else
		rc = context_call(context, &acr_op_manifest_get, &params, NULL, ret, error);
	acr_params_clear(&params);
	return image_missing(rc, error);
}

int manifest_show_metadata(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	int rc = image_from_name_or_id(context, IMAGE_ANY, &image, error);

	return rc < 0 ? rc : image_missing(image_attributes(context, &image, false, ret, error), error);
}

int manifest_update_metadata(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	int rc = image_from_name_or_id(context, IMAGE_ANY, &image, error);

	return rc < 0 ? rc : image_attributes(context, &image, true, ret, error);
}

int manifest_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO(acr_image) image = {0};
	int rc;

	if ((rc = image_from_name_or_id(context, IMAGE_ANY, &image, error)) < 0 ||
	    (rc = image_resolve(context, &image, error)) < 0 ||
	    (rc = context_confirm(
		     context, error,
		     "Are you sure you want to delete the artifact '%s' and all manifests that refer to it?",
		     image.digest)) < 0)
		return rc;
	params.path = image_path(&image);
	rc = context_call(context, &acr_op_manifest_remove, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* More than anybody reads; a registry could go on for ever. */
#define MAX_REFERRERS 100000

static int referrers_of(struct context *context, const struct acr_image *image, const char *digest, bool filtered,
			struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = image_path(image)};
	int rc = filtered ? bind_arguments(context, &params, error) : 0;

	acr_json_set_str(params.path, "digest", digest);
	if (rc == 0)
		rc = context_call(context, &acr_op_referrer_list, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* Behind each referrer of the list, at the list's end, come those that refer to it; none is looked at twice. */
static int add_further(struct context *context, const struct acr_image *image, struct acr_json *list,
		       struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *seen = acr_json_new_object();
	struct acr_json *item, *moved;
	size_t count = acr_json_size(list);
	int rc;

	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *digest = acr_json_str(item, "/digest");
		ACR_AUTO_PTR(acr_json) *further = NULL;

		if (!digest || acr_json_get(seen, digest))
			continue;
		acr_json_set_bool(seen, digest, true);
		if ((rc = referrers_of(context, image, digest, false, &further, error)) < 0)
			return rc;
		while ((moved = acr_json_detach_item(further, 0))) {
			acr_json_append(list, moved);
			if (++count > MAX_REFERRERS)
				return acr_fail(error, ACR_ERROR_LIMIT,
						"There are more than %d referrers; list them one level at "
						"a time, without --recursive.",
						MAX_REFERRERS);
		}
	}
	return 0;
}

int manifest_list_referrers(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	if ((rc = image_from_name_or_id(context, IMAGE_ANY, &image, error)) < 0 ||
	    (rc = image_resolve(context, &image, error)) < 0 ||
	    (rc = referrers_of(context, &image, image.digest, true, &list, error)) < 0)
		return rc;
	if (args_flag(context->args, "recursive") && (rc = add_further(context, &image, list, error)) < 0)
		return rc;
	*ret = acr_json_new_object();
	acr_json_set(*ret, "manifests", TAKE(list));
	return 0;
}
