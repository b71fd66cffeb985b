/* The types of options whose words have a form and nothing else: one row each. */
#include <acr/image.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "opttype.h"

/* The program stays in the "C" locale: ranges are ranges of bytes. */
bool option_has_form(const struct option_type *type, const char *word)
{
	ACR_AUTO_FREE char *whole = acr_format("^(%s)$", type->pattern);
	regex_t compiled;

	if (regcomp(&compiled, whole, REG_EXTENDED | REG_NOSUB) != 0)
		acr_oom();
	bool fits = regexec(&compiled, word, 0, NULL, 0) == 0;
	regfree(&compiled);
	return fits;
}

/* Take a word that was found right: as the value, or as an item of the value. */
static int take(const struct option *option, const char *word, struct acr_json **value)
{
	if (!option->type->list) {
		acr_json_free(*value);
		*value = acr_json_new_string(word);
		return 0;
	}
	if (!*value)
		*value = acr_json_new_array();
	if (word)
		acr_json_append(*value, acr_json_new_string(word));
	return 0;
}

static int malformed(const struct option *option, const char *word, struct acr_error *error)
{
	ACR_AUTO_FREE char *shown = option_shown(option, word);

	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no %s, such as '%s'", shown, option->type->name,
			option->type->example);
}

static bool may_be_empty(const struct option *option)
{
	return option->type->empty && !(option->flags & OPT_REQUIRED);
}

static int add_form(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	bool right = !word || (*word ? option_has_form(option->type, word) : may_be_empty(option));

	return right ? take(option, word, value) : malformed(option, word, error);
}

/* Names of images are parsed where they are used; here by the same rules. What the service fills in ("{{.Run.ID}}",
 * "$Registry") may stand for any part of them. */
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
static char *filled_in(const char *word)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	while (*word) {
		size_t inside = strncmp(word, "{{", 2) ? 0 : strspn(word + 2, LETTERS "0123456789._ ");
		const char *end = inside && !strncmp(word + 2 + inside, "}}", 2) ? word + 2 + inside : NULL;
		size_t letters = *word == '$' ? strspn(word + 1, LETTERS) : 0;

		acr_buf_putc(&text, end || letters ? 'x' : *word);
		word = end ? end + 2 : word + 1 + letters;
	}
	return acr_buf_take(&text);
}

enum { TAGGED = 1 << 0, WITH_REGISTRY = 1 << 1, FILLED_IN = 1 << 2 };

static bool is_image(const char *word, unsigned what)
{
	ACR_AUTO(acr_image) image = {0};
	ACR_AUTO_FREE char *text = what & FILLED_IN ? filled_in(word) : acr_strdup(word);

	return (what & TAGGED || !strpbrk(text, ":@")) &&
	       acr_image_parse(text, what & WITH_REGISTRY, &image, NULL) == 0;
}

static int add_image(const struct option *option, const char *word, struct acr_json **value, unsigned what,
		     struct acr_error *error)
{
	return !word || is_image(word, what) ? take(option, word, value) : malformed(option, word, error);
}

static int add_repository(const struct option *option, const char *word, struct acr_json **value,
			  struct acr_error *error)
{
	return add_image(option, word, value, 0, error);
}

static int add_tagged(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	return add_image(option, word, value, TAGGED, error);
}

static int add_built(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	return add_image(option, word, value, TAGGED | WITH_REGISTRY | FILLED_IN, error);
}

static int add_source(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	return add_image(option, word, value, TAGGED | WITH_REGISTRY, error);
}

const struct option_type type_source_image = {.name = "source image",
					      .example = "docker.io/library/hello-world:latest",
					      .arity = ARITY_ONE,
					      .add = add_source};
#define IMAGE .name = "image", .example = "sample/hello-world:v1"
const struct option_type type_image = {IMAGE, .arity = ARITY_ONE, .add = add_tagged};
const struct option_type type_images = {IMAGE, .arity = ARITY_ONE, .list = true, .add = add_tagged};
const struct option_type type_built_image = {IMAGE, .arity = ARITY_ONE, .add = add_built};
const struct option_type type_built_images = {IMAGE, .arity = ARITY_ONE, .list = true, .add = add_built};
#define REPOSITORY .name = "repository", .example = "sample/hello-world"
const struct option_type type_repository_name = {REPOSITORY, .arity = ARITY_ONE, .add = add_repository};
const struct option_type type_repository_names = {REPOSITORY, .arity = ARITY_MANY, .list = true, .add = add_repository};
const struct option_type type_repositories_any = {REPOSITORY, .arity = ARITY_ANY, .list = true, .add = add_repository};
const struct option_type type_appended_repository = {REPOSITORY, .arity = ARITY_ONE, .list = true,
						     .add = add_repository};

#define FORM(says, right, form)                                                                                        \
	.name = (says), .example = (right), .pattern = (form), .arity = ARITY_ONE, .add = add_form
/* Words gather in an array. */
#define FORM_LIST(says, right, form, how_many)                                                                         \
	.name = (says), .example = (right), .pattern = (form), .arity = (how_many), .list = true, .add = add_form
/* A character beyond ASCII. */
#define BEYOND "[\xc2-\xf4][\x80-\xbf]+"
#define UUID "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
#define RESOURCE_ID "/[Ss]ubscriptions/[^/?#]+/[Rr]esource[Gg]roups/[^/?#]+/[Pp]roviders/[^/?#]+(/[^/?#]+){2,}"
#define RESOURCE_NAME "[A-Za-z0-9][A-Za-z0-9_.-]{0,79}"
#define VERSION "[0-9]+(\\.[0-9]+)*([+-][A-Za-z0-9.+-]+)?"
#define CHILD_NAME "[A-Za-z0-9_-]{1,50}|" RESOURCE_ID

/* What the registry is called is checked where the cloud's suffix is known (registry_name.h). */
const struct option_type type_registry = {FORM("registry", "myregistry", ".+")};
const struct option_type type_group = {
	FORM("resource group", "mygroup", "([A-Za-z0-9_().-]|" BEYOND "){0,89}([A-Za-z0-9_()-]|" BEYOND ")"),
	.empty = true};
const struct option_type type_subscription = {FORM("subscription", "My Subscription", ".*[^ ].*"), .empty = true};
const struct option_type type_suffix = {FORM("suffix of a login server", "contoso", "[A-Za-z0-9-]{1,63}"),
					.empty = true};
const struct option_type type_replication = {FORM("replication", "westeurope", "[A-Za-z0-9]{1,50}")};
const struct option_type type_run_id = {FORM("run id", "cf1", "[A-Za-z0-9]{1,50}")};
const struct option_type type_operation_id = {
	FORM("operation id", "f49ee9a3-1b5c-4c71-9c4f-2f0f2c8f5a11", "[A-Za-z0-9-]{1,64}")};
const struct option_type type_trigger = {FORM("name of a trigger", "nightly", "[A-Za-z0-9_-]{1,50}")};
const struct option_type type_token = {FORM("token", "mytoken", CHILD_NAME)};
const struct option_type type_tokens = {FORM_LIST("token", "mytoken", CHILD_NAME, ARITY_MANY)};
const struct option_type type_tokens_any = {FORM_LIST("token", "mytoken", CHILD_NAME, ARITY_ANY)};
const struct option_type type_credential_set = {FORM("credential set", "mycredentials", CHILD_NAME), .empty = true};
const struct option_type type_resource = {FORM("name or resource id", "mysubnet", RESOURCE_NAME "|" RESOURCE_ID)};
const struct option_type type_connection = {
	FORM("private endpoint connection", "myconnection", "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")};
const struct option_type type_notifications = {
	FORM_LIST("pattern of artifacts", "hello-world:*", "[A-Za-z0-9._/*:@-]+", ARITY_MANY)};
const struct option_type type_notifications_any = {
	FORM_LIST("pattern of artifacts", "hello-world:*", "[A-Za-z0-9._/*:@-]+", ARITY_ANY)};
/* What they must be beside not empty is said by the commands, which end as in az. */
const struct option_type type_artifact_ids = {
	FORM_LIST("id of an artifact", "myregistry.azurecr.io/hello-world", ".+", ARITY_ANY)};
const struct option_type type_platform = {FORM("platform", "linux/arm64", ".+")};
const struct option_type type_ports = {
	FORM_LIST("port", "443", "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]",
		  ARITY_MANY)};
const struct option_type type_tag = {FORM("tag", "v1", "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")};
const struct option_type type_digest = {FORM("digest",
					     "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
					     "[A-Za-z0-9+._-]{1,32}:[A-Za-z0-9=_-]{1,200}")};
const struct option_type type_artifact_type = {
	FORM("artifact type", "application/spdx+json", "[A-Za-z0-9!#$&^_.+/-]{1,255}")};
const struct option_type type_stage = {FORM("stage of a Dockerfile", "builder", "[A-Za-z0-9][A-Za-z0-9_.-]*")};
const struct option_type type_chart = {FORM("chart", "wordpress", "[A-Za-z0-9_-][A-Za-z0-9._-]{0,249}")};
const struct option_type type_version = {FORM("version", "2.16.3", VERSION)};
const struct option_type type_chart_version = {FORM("version", "2.16.3", "v?" VERSION)};
const struct option_type type_uuid = {FORM("object id", "2f7d9c5e-6a8b-4c1d-9e3f-0a1b2c3d4e5f", UUID)};
const struct option_type type_client_id = {FORM("client id", "66666666-7777-8888-9999-000000000000", UUID)};
#define TOKEN_SCOPE "[^ ]+/(\\.default|user_impersonation)"
const struct option_type type_token_scopes = {
	FORM_LIST("scope of tokens", "https://vault.azure.net/.default", TOKEN_SCOPE, ARITY_MANY)};
const struct option_type type_token_scopes_any = {
	FORM_LIST("scope of tokens", "https://vault.azure.net/.default", TOKEN_SCOPE, ARITY_ANY)};
const struct option_type type_tenant = {
	FORM("tenant", "contoso.onmicrosoft.com", "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]+)*")};
const struct option_type type_azure_scope = {
	FORM("scope of roles", "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP", "/|(/[^/?#]+)+")};
const struct option_type type_azure_scopes = {
	FORM_LIST("scope of roles", "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP", "/|(/[^/?#]+)+", ARITY_MANY)};
const struct option_type type_namespace = {FORM("namespace", "Microsoft.ContainerRegistry", "[A-Za-z0-9.-]+")};
const struct option_type type_resource_type = {
	FORM("resource type", "Microsoft.ContainerRegistry/registries", "[A-Za-z0-9.-]+(/[A-Za-z0-9.-]+)*")};
const struct option_type type_tag_filter = {FORM("tag of a resource", "team=blue", "[^=<>%&\\?/]+(=.*)?"),
					    .empty = true};
const struct option_type type_container = {
	FORM("container group", "mycontainer", "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")};
const struct option_type type_dns_label = {FORM("DNS label", "myapp", "[a-z]([a-z0-9-]{0,61}[a-z0-9])?")};
const struct option_type type_source_registry = {
	FORM("source registry", "myregistry.azurecr.io", "[A-Za-z0-9][A-Za-z0-9.:-]*|" RESOURCE_ID)};
const struct option_type type_context = {
	FORM("context", "https://github.com/Azure-Samples/acr-build-helloworld-node.git#main", ".*[^ ].*"),
	.empty = true};
const struct option_type type_words = {
	FORM("value", "myvalue", ".*[^ ].*"), .list = true};
const struct option_type type_word = {FORM("value", "myvalue", ".*[^ ].*")};
/* A repository whose name may have wildcards. */
#define PART "[A-Za-z0-9_*][A-Za-z0-9._*-]*"
#define PATTERN PART "(/" PART ")*"
const struct option_type type_repository = {
	FORM("repository or pattern", "library/ubuntu", "([A-Za-z0-9.-]+:[0-9]+/)?" PATTERN "(:[A-Za-z0-9._*-]+)?"),
	.metavar = "REPOSITORY"};
const struct option_type type_scope = {FORM("scope", "hello-world:*", PATTERN "(:[A-Za-z0-9._*-]+)?"),
				       .metavar = "REPOSITORY[:TAG]", .empty = true};
