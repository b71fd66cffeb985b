/* The built-in clouds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <acr/cloud.h>

static void test_public_cloud(void **state)
{
	ACR_AUTO(acr_cloud) cloud = {0};

	(void)state;
	assert_true(acr_cloud_builtin("AzureCloud", &cloud));
	assert_string_equal(cloud.name, "AzureCloud");
	assert_string_equal(cloud.resource_manager, "https://management.azure.com");
	assert_string_equal(cloud.authority, "https://login.microsoftonline.com");
	assert_string_equal(cloud.audience, "https://management.core.windows.net/");
	assert_string_equal(cloud.graph, "https://graph.microsoft.com");
	assert_string_equal(cloud.registry_suffix, ".azurecr.io");
	assert_string_equal(cloud.storage_suffix, "core.windows.net");
	assert_string_equal(cloud.vault_suffix, ".vault.azure.net");
	assert_false(acr_cloud_is_adfs(&cloud));
}

static void test_any_case(void **state)
{
	ACR_AUTO(acr_cloud) cloud = {0};

	(void)state;
	assert_true(acr_cloud_builtin("azurechinacloud", &cloud));
	assert_string_equal(cloud.name, "AzureChinaCloud");
	assert_string_equal(cloud.registry_suffix, ".azurecr.cn");
}

static void test_no_registry_suffix(void **state)
{
	ACR_AUTO(acr_cloud) cloud = {0};

	(void)state;
	assert_true(acr_cloud_builtin("AzureGermanCloud", &cloud));
	assert_null(cloud.registry_suffix);
}

static void test_unknown(void **state)
{
	struct acr_cloud cloud = {.name = (char *)(uintptr_t) "untouched"};

	(void)state;
	assert_false(acr_cloud_builtin("AzureCloud2", &cloud));
	assert_false(acr_cloud_builtin("", &cloud));
	assert_string_equal(cloud.name, "untouched");
}

/* The list of names and the table hold the same clouds, each with the endpoints that nothing works without. */
static void test_names(void **state)
{
	size_t count = 0;

	(void)state;
	for (const char *const *name = acr_cloud_names; *name; name++, count++) {
		ACR_AUTO(acr_cloud) cloud = {0};

		assert_true(acr_cloud_builtin(*name, &cloud));
		assert_string_equal(cloud.name, *name);
		assert_memory_equal(cloud.resource_manager, "https://", 8);
		assert_memory_equal(cloud.authority, "https://", 8);
		assert_int_not_equal(cloud.resource_manager[strlen(cloud.resource_manager) - 1], '/');
		assert_int_not_equal(cloud.authority[strlen(cloud.authority) - 1], '/');
		assert_int_equal(cloud.audience[strlen(cloud.audience) - 1], '/');
	}
	assert_int_equal(count, 4);
}

static void test_adfs(void **state)
{
	static const struct {
		const char *authority;
		bool adfs;
	} rows[] = {
		{"https://localhost:8443/adfs", true},
		{"https://adfs.example.test/ADFS", true},
		{"https://adfs.example.test", false},
		{"https://example.test/adfs/x", false},
		{"adfs", false},
		{"", false},
		{NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		const struct acr_cloud cloud = {.authority = (char *)(uintptr_t)rows[i].authority};

		assert_int_equal(acr_cloud_is_adfs(&cloud), rows[i].adfs);
	}
}

static void test_clear(void **state)
{
	struct acr_cloud cloud = {0};

	(void)state;
	assert_true(acr_cloud_builtin("AzureUSGovernment", &cloud));
	acr_cloud_clear(&cloud);
	assert_null(cloud.name);
	acr_cloud_clear(&cloud);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public_cloud),
		cmocka_unit_test(test_any_case),
		cmocka_unit_test(test_no_registry_suffix),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_adfs),
		cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
