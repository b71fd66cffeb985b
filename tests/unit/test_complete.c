/* What the shells are offered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "help.h"
#include "sample_table.h"
#include "table.h"

static int use_sample(void **state)
{
	(void)state;
	table_use(sample_groups);
	return 0;
}

static int use_own(void **state)
{
	(void)state;
	table_use(NULL);
	return 0;
}

/* Answers every question with what was asked. */
static void values(void *user, const struct args *args, const char *kind, const char *prefix, struct acr_buf *out)
{
	const char *registry = args_string(args, "registry"), *subscription = args->global.subscription;

	acr_buf_printf(out, "%s-of-%s-%s\thelp of %s\n%sother\n", kind, registry ? registry : "none",
		       subscription ? subscription : "none", (const char *)user, prefix);
}

static void offers_in(bool as_az, const char *expected, const char *const *words)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	char user[] = "user";
	int count = 0;

	while (words[count])
		count++;
	complete_words(count, (char *const *)(uintptr_t)words, as_az, values, user, &out);
	assert_string_equal(acr_buf_str(&out), expected);
}
#define OFFERS(expected, ...) offers_in(false, expected, (const char *const[]){__VA_ARGS__, NULL})
#define AZ_OFFERS(expected, ...) offers_in(true, expected, (const char *const[]){__VA_ARGS__, NULL})

static void command_words(void **state)
{
	(void)state;
	OFFERS("scope-map\tManage scope maps\nshow\tShow a container registry\n", "s");
	OFFERS("list\tList tasks\ntimer\t\n", "task", "");
	OFFERS("timer\t\n", "help", "task", "ti");
	OFFERS("timer\t\n", "-o", "json", "task", "ti");
	OFFERS("", "bogus", "");
	OFFERS("", "secret");
	AZ_OFFERS("acr\tManage private registries with Azure Container Registry\n", "a");
	AZ_OFFERS("group\tManage resource groups\n", "g");
	AZ_OFFERS("webhook\tManage webhooks\n", "acr", "web");
	AZ_OFFERS("", "acr", "gro");
}

static void option_names(void **state)
{
	(void)state;
	OFFERS("--sku\tThe SKU of the container registry\n--subscription\tName or id of the subscription\n", "create",
	       "--s");
	OFFERS("--subscription\tName or id of the subscription\n", "create", "--sku", "Basic", "--s");
	OFFERS("--image\tName and tag of the image\n", "build", "-t", "a:1", "--i");
	OFFERS("--registry\tThe name of the container registry, in lower case\n", "config", "content-trust", "show",
	       "--r");
	OFFERS("", "config", "content-trust", "show", "--n");
	OFFERS("", "task", "list", "-r", "a", "--reg");
	OFFERS("--query\tJMESPath expression that picks from the result\n", "--q");
	OFFERS("", "show", "-o", "json", "--out");
}

static void choices(void **state)
{
	(void)state;
	OFFERS("Basic\t\nStandard\t\nPremium\t\n", "create", "--sku", "");
	OFFERS("Premium\t\n", "create", "--sku", "p");
	OFFERS("--sku=Standard\t\n", "create", "--sku=st");
	OFFERS("table\t\ntsv\t\n", "show", "-o", "t");
	OFFERS("true\t\nfalse\t\n", "create", "--admin-enabled", "");
	OFFERS("push\t\n", "webhook", "create", "--actions", "delete", "p");
}

static void files(void **state)
{
	(void)state;
	OFFERS(":files\n", "build", "-r", "reg", "D");
	OFFERS(":files\n", "build", "--file", "");
	OFFERS(":files\n", "build", "--file=Dock");
	OFFERS(":files\n", "build", "--", "-");
}

static void dynamic_values(void **state)
{
	(void)state;
	OFFERS("registry-of-none-none\thelp of user\nreother\n", "show", "-n", "re");
	OFFERS("mother\n", "show", "-n", "m");
	OFFERS("webhook-of-reg-sub\thelp of user\nother\n", "webhook", "create", "-r", "reg", "--subscription", "sub",
	       "-n", "");
	OFFERS("--name=registry-of-none-none\thelp of user\n--name=reother\n", "show", "--name=re");
	OFFERS("group-of-reg-none\thelp of user\nother\n", "show", "-n", "reg", "--bogus", "-g", "");
}

static void nothing_is_made_up(void **state)
{
	(void)state;
	OFFERS("", "scope-map", "create", "--repository", "x");
	OFFERS("", "build", "-t", "");
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	complete_words(0, NULL, false, NULL, NULL, &out);
	assert_ptr_equal(strstr(acr_buf_str(&out), "build\t"), acr_buf_str(&out));
	acr_buf_reset(&out);
	const char *const words[] = {"show", "-n", ""};
	complete_words(3, (char *const *)(uintptr_t)words, false, NULL, NULL, &out);
	assert_int_equal(out.length, 0);
}

static void a_list_may_end(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	const char *const words[] = {"create", "--tags", "a=b", ""};

	complete_words(4, (char *const *)(uintptr_t)words, false, NULL, NULL, &out);
	assert_non_null(strstr(acr_buf_str(&out), "--sku\t"));
	assert_null(strstr(acr_buf_str(&out), "--tags\t"));
}

static void takes_no_time(void **state)
{
	(void)state;
	struct timespec from, to;
	const char *const words[] = {""};

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < 10; i++) {
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		complete_words(1, (char *const *)(uintptr_t)words, false, NULL, NULL, &out);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	long microseconds = (to.tv_sec - from.tv_sec) * 1000000L + (to.tv_nsec - from.tv_nsec) / 1000;
	/* Ten completions of the real table; one may take 10 ms in all. */
	assert_in_range(microseconds, 0, 100000);
}

int main(void)
{
#define SAMPLE(function) cmocka_unit_test_setup_teardown(function, use_sample, use_own)
	const struct CMUnitTest tests[] = {
		SAMPLE(command_words),  SAMPLE(option_names),
		SAMPLE(choices),        SAMPLE(files),
		SAMPLE(dynamic_values), SAMPLE(nothing_is_made_up),
		SAMPLE(a_list_may_end), cmocka_unit_test(takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
