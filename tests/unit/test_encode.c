/* acr/encode.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/encode.h>

static void test_base64_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		ACR_AUTO(acr_buf) back = ACR_BUF_INIT;
		acr_base64_encode(cases[i][0], strlen(cases[i][0]), &text);
		assert_string_equal(acr_buf_str(&text), cases[i][1]);
		assert_int_equal(acr_base64_decode(acr_buf_str(&text), text.length, &back, NULL), 0);
		assert_string_equal(acr_buf_str(&back), cases[i][0]);
	}
}

static void test_base64url_has_no_padding(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	acr_base64url_encode("\xff\xfe\xfb\xef", 4, &out);
	assert_string_equal(acr_buf_str(&out), "__777w");
	acr_buf_reset(&out);
	acr_base64_encode("\xff\xfe\xfb\xef", 4, &out);
	assert_string_equal(acr_buf_str(&out), "//777w==");
}

static void test_all_bytes_come_back(void **state)
{
	(void)state;
	unsigned char bytes[256];
	for (int i = 0; i < 256; i++) {
		bytes[i] = (unsigned char)i;
	}
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		ACR_AUTO(acr_buf) back = ACR_BUF_INIT;
		if (length % 2) {
			acr_base64_encode(bytes, length, &text);
		} else {
			acr_base64url_encode(bytes, length, &text);
		}
		assert_int_equal(acr_base64_decode(acr_buf_str(&text), text.length, &back, NULL), 0);
		assert_int_equal(back.length, length);
		assert_memory_equal(acr_buf_str(&back), bytes, length);
	}
}

static void test_decoding_is_forgiving_where_it_is_safe(void **state)
{
	(void)state;
	static const char *const cases[][2] = {{"Zg", "f"},
					       {"Zm9v\r\nYg==\n", "foob"},
					       {" Z m 8 ", "fo"},
					       {"-_-_", "\xfb\xff\xbf"},
					       {"+/-_", "\xfb\xff\xbf"}};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		assert_int_equal(acr_base64_decode(cases[i][0], strlen(cases[i][0]), &out, NULL), 0);
		assert_string_equal(acr_buf_str(&out), cases[i][1]);
	}
}

static void test_decoding_refuses(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"Z", "not base64: the text is cut off"},
		{"Zm9vY", "not base64: the text is cut off"},
		{"Zg=", "not base64: the text is cut off"},
		{"Zg===", "not base64: unexpected character at offset 4"},
		{"=", "not base64: unexpected character at offset 0"},
		{"Zm9v=", "not base64: unexpected character at offset 4"},
		{"Zg==Zg==", "not base64: unexpected character at offset 4"},
		{"Zm9*", "not base64: unexpected character at offset 3"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		assert_int_equal(acr_base64_decode(cases[i][0], strlen(cases[i][0]), &out, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, cases[i][1]);
		assert_int_equal(out.length, 0);
		acr_error_clear(&error);
	}
}

static void test_sha256(void **state)
{
	(void)state;
	char hex[65];
	acr_sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	acr_sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_uuids_are_version_4_and_differ(void **state)
{
	(void)state;
	char last[37] = "";
	for (int i = 0; i < 100; i++) {
		char uuid[37];
		acr_uuid(uuid);
		assert_int_equal(strlen(uuid), 36);
		assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
		assert_true(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
		assert_int_equal(uuid[14], '4');
		assert_non_null(strchr("89ab", uuid[19]));
		assert_string_not_equal(uuid, last);
		memcpy(last, uuid, sizeof(last));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64_of_rfc_4648),
		cmocka_unit_test(test_base64url_has_no_padding),
		cmocka_unit_test(test_all_bytes_come_back),
		cmocka_unit_test(test_decoding_is_forgiving_where_it_is_safe),
		cmocka_unit_test(test_decoding_refuses),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_uuids_are_version_4_and_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
