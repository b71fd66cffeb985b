/* What was deleted and is still kept: manifests and tags until they expire, and back again. */
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "context.h"
#include "run/run.h"
#include "run_op.h"
#include "target.h"

/* For how many days the command's registry keeps what is deleted. */
static int retention(struct context *context, long *ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *resource = NULL;
	int rc;

	/* A registry that is given by its address is not the one of --registry, which may have a default. */
	if (target_address(context) &&
	    (rc = acr_locate(context->client, context->login_server, NULL, &context->registry, error)) < 0)
		return rc;
	if ((rc = context_registry_resource(context, &resource, error)) < 0)
		return rc;
	*ret = (long)acr_json_num(resource, "/properties/policies/softDeletePolicy/retentionDays", -1);
	if (*ret >= 0)
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			"The registry '%s' has no soft-delete policy. See 'acr config soft-delete "
			"show -r %s'.",
			context->registry.name, context->registry.name);
}

/* "2022-10-01T12:00:00.5Z" some days later; only the date changes. Yours to free(), NULL when it is no time. */
static char *days_later(const char *text, long days)
{
	const char *clock = text ? strchr(text, 'T') : NULL;
	ACR_AUTO_FREE char *date = clock ? acr_strndup(text, (size_t)(clock - text)) : NULL;
	ACR_AUTO_FREE char *later = NULL;
	int64_t seconds;

	if (!date || acr_time_parse(date, &seconds, NULL, NULL) < 0)
		return NULL;
	later = acr_time_text(seconds + days * 24 * 60 * 60);
	return acr_format("%.*s%s", (int)strcspn(later, "T"), later, clock);
}

/* Each item's end comes into it; takes `list`. */
static int add_expiry(struct context *context, struct acr_json *list, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *items = list;
	struct acr_json *item;
	long days;
	int rc = retention(context, &days, error);

	if (rc < 0)
		return rc;
	for (item = acr_json_first(items); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *expiry = days_later(acr_json_str(item, "/deletedAt"), days);

		acr_json_set_str(item, "expiresAfter", expiry);
	}
	*ret = TAKE(items);
	return 0;
}

/* Only items with that tag stay. */
static void keep_tag(struct acr_json *list, const char *tag)
{
	size_t index = 0;
	const struct acr_json *item;

	while ((item = acr_json_item(list, index))) {
		const char *name = acr_json_str(item, "/tag");

		if (name && !strcmp(name, tag))
			index++;
		else
			acr_json_free(acr_json_detach_item(list, index));
	}
}

/* What is deleted in the target's repository; of its tag, if it has one. */
static int list_deleted(struct context *context, const struct acr_op *op, struct acr_json **ret,
			struct acr_error *error)
{
	struct acr_params params = {0};
	int rc;

	bind_path(context, &params);
	rc = run_call(context, op, &params, ret, error);
	acr_params_clear(&params);
	if (rc == 0 && context->target.tag)
		keep_tag(*ret, context->target.tag);
	return rc;
}

int manifest_list_deleted(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_json *list = NULL;
	int rc = run_prepare(context, error);

	if (rc < 0 || (rc = list_deleted(context, context->args->command->op, &list, error)) < 0)
		return rc;
	return add_expiry(context, list, ret, error);
}

/* The manifest that lost the tag last, when --digest names none. */
static int choose_digest(struct context *context, struct acr_image *image, struct acr_error *error)
{
	const char *digest = args_string(context->args, "digest");
	ACR_AUTO_PTR(acr_json) *list = NULL;
	size_t count;
	int rc;

	if (!digest) {
		if (!image->tag)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"Give the tag to restore, as in '%s:latest', or --digest.", image->repository);
		if ((rc = list_deleted(context, &acr_op_deleted_tag_choose, &list, error)) < 0)
			return rc;
		count = acr_json_size(list);
		digest = count ? acr_json_str(acr_json_item(list, count - 1), "/digest") : NULL;
		if (!digest)
			return acr_fail(error, ACR_ERROR_GENERAL, "No deleted manifests found for tag: %s", image->tag);
		if (count > 1 &&
		    (rc = context_confirm(
			     context, error,
			     "Multiple deleted manifests found for tag: %s. Restoring most recently deleted manifest "
			     "with digest: %s. Is this okay?",
			     image->tag, digest)) < 0)
			return rc;
	}
	image->digest = acr_strdup(digest);
	return 0;
}

int manifest_restore(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.query = acr_json_new_object(), .body = acr_json_new_object()};
	struct acr_image *image = &context->target;
	int rc;

	if ((rc = run_prepare(context, error)) == 0) {
		/* An id without a tag stands for its latest image. */
		if (!image->tag && target_address(context))
			image->tag = acr_strdup("latest");
		rc = choose_digest(context, image, error);
	}
	if (rc == 0) {
		bind_path(context, &params);
		acr_json_set_str(params.query, "force", args_flag(context->args, "force") ? "True" : "False");
		acr_json_set_str(params.body, "tag", image->tag);
		rc = context_call(context, &acr_op_manifest_restore, &params, NULL, ret, error);
	}
	acr_params_clear(&params);
	return rc;
}
