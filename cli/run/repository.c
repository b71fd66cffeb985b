/* Repositories, tags and manifests of one registry. */
#include <string.h>

#include "context.h"
#include "run/image.h"
#include "run/run.h"
#include "run_op.h"

void repository_set_order(struct context *context, struct acr_params *params)
{
	const char *order = args_string(context->args, "orderby");

	if (!order)
		return;
	if (!params->query)
		params->query = acr_json_new_object();
	acr_json_set_str(params->query, "orderby", !strcmp(order, "time_asc") ? "timeasc" : "timedesc");
}

static int list_of_repository(struct context *context, const struct acr_op *op, struct acr_json **ret,
                              struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "repository", args_string(context->args, "repository"));
	repository_set_order(context, &params);
	if ((rc = image_check_repository(args_string(context->args, "repository"), error)) == 0)
		rc = run_call(context, op, &params, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* A new list with one value for each item: the member of that name, as `show-tags` without --detail prints it. */
static struct acr_json *names_only(const struct acr_json *list)
{
	struct acr_json *names = acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		acr_json_append(names, acr_json_new_string(acr_json_str(item, "/name")));
	return names;
}

int repository_show_tags(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc = list_of_repository(context, &acr_op_tag_list, &list, error);

	if (rc < 0)
		return rc;
	*ret = args_flag(context->args, "detail") ? TAKE(list) : names_only(list);
	return 0;
}

/* The three members that `show-manifests` without --detail prints. */
static struct acr_json *short_manifest(const struct acr_json *manifest)
{
	struct acr_json *ret = acr_json_new_object();
	const struct acr_json *tags = acr_json_get(manifest, "tags");
	const char *digest = acr_json_str(manifest, "/digest"), *time = acr_json_str(manifest, "/lastUpdateTime");

	acr_json_set_str(ret, "digest", digest ? digest : "");
	acr_json_set(ret, "tags", tags ? acr_json_copy(tags) : acr_json_new_array());
	acr_json_set_str(ret, "timestamp", time ? time : "");
	return ret;
}

int repository_show_manifests(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	struct acr_json *result;
	const struct acr_json *item;
	int rc = list_of_repository(context, &acr_op_manifest_list, &list, error);

	if (rc < 0)
		return rc;
	if (args_flag(context->args, "detail")) {
		*ret = TAKE(list);
		return 0;
	}
	result = acr_json_new_array();
	for (item = acr_json_first(list); item; item = acr_json_next(item))
		acr_json_append(result, short_manifest(item));
	*ret = result;
	return 0;
}

static int one_of_two(const struct context *context, struct acr_error *error)
{
	if (!args_string(context->args, "repository") == !args_string(context->args, "image"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Usage error: --image IMAGE | --repository REPOSITORY");
	return 0;
}

static int show_or_update(struct context *context, bool update, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	int rc;

	if ((rc = one_of_two(context, error)) < 0 || (rc = image_from_arguments(context, true, &image, error)) < 0)
		return rc;
	return image_attributes(context, &image, update, ret, error);
}

int repository_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return image_missing(show_or_update(context, false, ret, error), error);
}

int repository_update(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return show_or_update(context, true, ret, error);
}

int repository_untag(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO(acr_image) image = {0};
	int rc = image_from_arguments(context, false, &image, error);

	if (rc < 0)
		return rc;
	params.path = image_path(&image);
	rc = context_call(context, &acr_op_tag_delete, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

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
static int confirm_manifest(struct context *context, const struct acr_image *image, struct acr_error *error)
{
	struct acr_params params = {.path = image_path(image)};
	ACR_AUTO_PTR(acr_json) *tags = NULL;
	ACR_AUTO_FREE char *sentence = NULL;
	int rc = context_call(context, &acr_op_tag_list, &params, NULL, &tags, error);

	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	sentence = deletion_sentence(image, tags);
	if (args_flag(context->args, "yes")) {
		io_warn(context->io, "%s", sentence);
		return 0;
	}
	return context_confirm(context, error, "%s.\nAre you sure you want to continue?", sentence);
}

static int delete_image(struct context *context, struct acr_image *image, struct acr_json **ret,
                        struct acr_error *error)
{
	struct acr_params params = {0};
	int rc;

	if ((rc = image_resolve(context, image, error)) < 0 || (rc = confirm_manifest(context, image, error)) < 0)
		return rc;
	params.path = image_path(image);
	rc = context_call(context, &acr_op_manifest_delete, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

int repository_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO(acr_image) image = {0};
	int rc;

	if ((rc = one_of_two(context, error)) < 0 || (rc = image_from_arguments(context, true, &image, error)) < 0)
		return rc;
	if (image.tag || image.digest)
		return delete_image(context, &image, ret, error);
	if ((rc = context_confirm(context, error,
	                          "Are you sure you want to delete the repository '%s' and all images under it?",
	                          image.repository)) < 0)
		return rc;
	params.path = image_path(&image);
	rc = context_call(context, &acr_op_repository_delete, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}
