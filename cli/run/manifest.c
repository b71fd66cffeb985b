/* Lists that take a request for each manifest in them. */
#include <stdlib.h>

#include "bind.h"
#include "context.h"
#include "run/run.h"
#include "run_op.h"

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

	if ((rc = run_prepare(context, error)) == 0 && (rc = bind_arguments(context, &params, error)) == 0)
		rc = run_call(context, &acr_op_manifest_list_all, &params, &list, error);
	if (rc == 0) {
		requests = requests_for(list, context->target.repository, context->login_server, &count);
		rc = acr_call_batch(context->client, &acr_op_manifest_get_all, requests, count, ret, error);
		for (i = 0; i < count; i++)
			acr_params_clear(&requests[i]);
		free(requests);
	}
	acr_params_clear(&params);
	return rc;
}

/* More than anybody reads; a registry could go on for ever. */
#define MAX_REFERRERS 100000

/* Of the target, filtered as the options say; or all those of another manifest in its repository. */
static int referrers_of(struct context *context, const char *digest, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc = 0;

	if (digest) {
		bind_path(context, &params);
		acr_json_set_str(params.path, "digest", digest);
	} else {
		rc = bind_arguments(context, &params, error);
	}
	if (rc == 0)
		rc = context_call(context, &acr_op_referrer_list, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* Behind each referrer of the list, at the list's end, come those that refer to it; none is looked at twice. */
static int add_further(struct context *context, struct acr_json *list, struct acr_error *error)
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
		if ((rc = referrers_of(context, digest, &further, error)) < 0)
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
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	if ((rc = run_prepare(context, error)) < 0 || (rc = referrers_of(context, NULL, &list, error)) < 0)
		return rc;
	if (args_flag(context->args, "recursive") && (rc = add_further(context, list, error)) < 0)
		return rc;
	*ret = acr_json_new_object();
	acr_json_set(*ret, "manifests", TAKE(list));
	return 0;
}
