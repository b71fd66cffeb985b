/* Image references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <acr/image.h>

#define LONG_TAG                                                                                                       \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaa"

static void check_part(const char *text, const char *got, const char *expected)
{
	if (!got != !expected || (got && strcmp(got, expected) != 0)) {
		fail_msg("%s: got '%s', expected '%s'", text, got ? got : "NULL", expected ? expected : "NULL");
	}
}

static void accepted(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool with_registry;
		const char *registry, *repository, *tag, *digest;
	} rows[] = {
		{"hello", false, NULL, "hello", "latest", NULL},
		{"hello:v1", false, NULL, "hello", "v1", NULL},
		{"a/b__c/d.e-f:V_1.0-x", false, NULL, "a/b__c/d.e-f", "V_1.0-x", NULL},
		{"hello@sha256:0123", false, NULL, "hello", NULL, "sha256:0123"},
		{"hello:v1@sha256:ab", false, NULL, "hello", "v1", "sha256:ab"},
		{"reg.azurecr.io/hello", false, NULL, "reg.azurecr.io/hello", "latest", NULL},
		{"reg.azurecr.io/a/hello:v1", true, "reg.azurecr.io", "a/hello", "v1", NULL},
		{"localhost:5000/hello@sha256:ab", true, "localhost:5000", "hello", NULL, "sha256:ab"},
		{"localhost/hello", true, "localhost", "hello", "latest", NULL},
		{"library/hello", true, NULL, "library/hello", "latest", NULL},
		{"hello:v1", true, NULL, "hello", "v1", NULL},
		{"a:" LONG_TAG "bbbbbbbb", false, NULL, "a", LONG_TAG "bbbbbbbb", NULL},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(acr_image) image = {0};
		struct acr_error error = ACR_ERROR_INIT;
		if (acr_image_parse(rows[i].text, rows[i].with_registry, &image, &error) != 0) {
			fail_msg("%s", error.message);
		}
		check_part(rows[i].text, image.registry, rows[i].registry);
		check_part(rows[i].text, image.repository, rows[i].repository);
		check_part(rows[i].text, image.tag, rows[i].tag);
		check_part(rows[i].text, image.digest, rows[i].digest);
	}
}

static void refused(void **state)
{
	(void)state;
	static const char repository[] = "the repository is missing or has characters that none can have";
	static const char tag[] = "a tag is 1 to 128 letters, digits, '_', '.' and '-'";
	static const char digest[] = "a digest looks like 'sha256:' and 64 hexadecimal digits";
	static const struct {
		const char *text;
		bool with_registry;
		const char *why;
	} rows[] = {
		{"", false, repository},
		{":v1", false, repository},
		{"@sha256:ab", false, repository},
		{"/a", false, repository},
		{"a/", false, repository},
		{"a//b", false, repository},
		{"a/../b", false, repository},
		{"a b", false, repository},
		{"a\r", false, repository},
		{"caf\xC3\xA9", false, repository},
		{"reg.azurecr.io/", true, repository},
		{"r@g.azurecr.io/a", true, "the registry is not a host name"},
		{"a:", false, tag},
		{"a:b:c", false, tag},
		{"localhost:5000/hello", false, tag},
		{"a:-b", false, tag},
		{"a:v1\r", false, tag},
		{"a:" LONG_TAG "bbbbbbbbb", false, tag},
		{"a@", false, digest},
		{"a@latest", false, digest},
		{"a@sha256:", false, digest},
		{"a@sha256:ab@sha256:ab", false, digest},
		{"a@sha256:a/b", false, digest},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct acr_image image = {0};
		struct acr_error error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *expected =
			acr_format("'%s' is not the name of an image: %s. Write 'name', 'name:tag' or 'name@digest'.",
				   rows[i].text, rows[i].why);
		assert_int_equal(acr_image_parse(rows[i].text, rows[i].with_registry, &image, &error),
				 ACR_ERROR_GENERAL);
		assert_string_equal(error.message, expected);
		assert_null(image.repository);
		acr_error_clear(&error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
