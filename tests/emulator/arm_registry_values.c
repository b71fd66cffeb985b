/* What the objects inside a registry's properties may hold: policies and network rules. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arm_registry.h"

#define SWITCH                                                                                                         \
	{                                                                                                              \
		"enabled", "disabled", NULL                                                                            \
	}

/* Numbers lie between `least` and `most`; words are compared without case. */
static const struct member {
	const char *pointer;
	enum acr_json_type type;
	const char *words[3];
	int least, most;
} members[] = {
	{"/networkRuleSet/defaultAction", ACR_JSON_STRING, {"Allow", "Deny", NULL}, 0, 0},
	{"/networkRuleSet/ipRules", ACR_JSON_ARRAY, {NULL}, 0, 0},
	{"/networkRuleSet/virtualNetworkRules", ACR_JSON_ARRAY, {NULL}, 0, 0},
	{"/policies/azureADAuthenticationAsArmPolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/azureADAuthenticationAsArmPolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
	{"/policies/exportPolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/exportPolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
	{"/policies/quarantinePolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/quarantinePolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
	{"/policies/retentionPolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/retentionPolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
	{"/policies/retentionPolicy/days", ACR_JSON_NUMBER, {NULL}, 0, 365},
	{"/policies/softDeletePolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/softDeletePolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
	{"/policies/softDeletePolicy/retentionDays", ACR_JSON_NUMBER, {NULL}, 1, 90},
	{"/policies/trustPolicy", ACR_JSON_OBJECT, {NULL}, 0, 0},
	{"/policies/trustPolicy/status", ACR_JSON_STRING, SWITCH, 0, 0},
};

static bool is_word(const struct member *member, const char *text)
{
	const char *const *word = member->words;

	while (*word && strcasecmp(*word, text) != 0)
		word++;
	return *word != NULL;
}

static bool fits(const struct member *member, const struct acr_json *value)
{
	if (!acr_json_is(value, member->type))
		return false;
	if (member->type == ACR_JSON_NUMBER)
		return acr_json_number(value) >= member->least && acr_json_number(value) <= member->most;
	return member->type != ACR_JSON_STRING || is_word(member, acr_json_string(value));
}

/* An IPv4 address, or one with the number of bits of its network. */
static bool is_address(const char *text)
{
	struct in_addr address;
	size_t length = text ? strcspn(text, "/") : 0, digits;
	ACR_AUTO_FREE char *name = length ? acr_strndup(text, length) : NULL;

	if (!name || inet_pton(AF_INET, name, &address) != 1)
		return false;
	if (!text[length])
		return true;
	digits = strspn(text + length + 1, "0123456789");
	return digits && digits <= 2 && !text[length + 1 + digits] && atoi(text + length + 1) <= 32;
}

char *registry_value_fault(const struct acr_json *properties)
{
	const struct acr_json *rule;

	for (size_t i = 0; i < ACR_COUNT(members); i++) {
		const struct acr_json *value = acr_json_at(properties, members[i].pointer);
		ACR_AUTO_FREE char *text = value ? acr_json_text(value) : NULL;

		if (!acr_json_is_nothing(value) && !fits(&members[i], value))
			return acr_format("The value %s is not valid for the property '%s' of a registry.", text,
					  members[i].pointer + 1);
	}
	for (rule = acr_json_first(acr_json_at(properties, "/networkRuleSet/ipRules")); rule;
	     rule = acr_json_next(rule))
		if (!is_address(acr_json_str(rule, "/value"))) {
			ACR_AUTO_FREE char *text = acr_json_text(rule);

			return acr_format("The IP rule %s has no valid IPv4 address or range as its value.", text);
		}
	return NULL;
}
