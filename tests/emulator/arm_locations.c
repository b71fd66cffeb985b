/* The public regions, as "az account list-locations" shows them. */
#include "arm_locations.h"
#include "emulator.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct region {
	const char *name, *display, *group, *geography, *place, *longitude, *latitude, *pair;
	bool recommended; /* has availability zones */
};

static const struct region regions[] = {
	{"eastus", "East US", "US", "United States", "Virginia", "-79.8164", "37.3719", "westus", true},
	{"southcentralus", "South Central US", "US", "United States", "Texas", "-98.5", "29.4167", "northcentralus",
	 true},
	{"westus2", "West US 2", "US", "United States", "Washington", "-119.852", "47.233", "westcentralus", true},
	{"westus3", "West US 3", "US", "United States", "Phoenix", "-112.074036", "33.448376", "eastus", true},
	{"australiaeast", "Australia East", "Asia Pacific", "Australia", "New South Wales", "151.2094", "-33.86",
	 "australiasoutheast", true},
	{"southeastasia", "Southeast Asia", "Asia Pacific", "Asia Pacific", "Singapore", "103.833", "1.283", "eastasia",
	 true},
	{"northeurope", "North Europe", "Europe", "Europe", "Ireland", "-6.2597", "53.3478", "westeurope", true},
	{"swedencentral", "Sweden Central", "Europe", "Sweden", "Gävle", "17.14127", "60.67488", "swedensouth", true},
	{"uksouth", "UK South", "Europe", "United Kingdom", "London", "-0.799", "50.941", "ukwest", true},
	{"westeurope", "West Europe", "Europe", "Europe", "Netherlands", "4.9", "52.3667", "northeurope", true},
	{"centralus", "Central US", "US", "United States", "Iowa", "-93.6208", "41.5908", "eastus2", true},
	{"southafricanorth", "South Africa North", "Africa", "South Africa", "Johannesburg", "28.21837", "-25.73134",
	 "southafricawest", true},
	{"centralindia", "Central India", "Asia Pacific", "India", "Pune", "73.9197", "18.5822", "southindia", true},
	{"eastasia", "East Asia", "Asia Pacific", "Asia Pacific", "Hong Kong", "114.188", "22.267", "southeastasia",
	 true},
	{"indonesiacentral", "Indonesia Central", "Asia Pacific", "Indonesia", "Jakarta", "106.816666", "-6.2", NULL,
	 true},
	{"japaneast", "Japan East", "Asia Pacific", "Japan", "Tokyo, Saitama", "139.77", "35.68", "japanwest", true},
	{"japanwest", "Japan West", "Asia Pacific", "Japan", "Osaka", "135.5022", "34.6939", "japaneast", true},
	{"koreacentral", "Korea Central", "Asia Pacific", "Korea", "Seoul", "126.978", "37.5665", "koreasouth", true},
	{"malaysiawest", "Malaysia West", "Asia Pacific", "Malaysia", "Kuala Lumpur", "101.693207", "3.140853", NULL,
	 true},
	{"newzealandnorth", "New Zealand North", "Asia Pacific", "New Zealand", "Auckland", "174.763336", "-36.84853",
	 NULL, true},
	{"canadacentral", "Canada Central", "Canada", "Canada", "Toronto", "-79.383", "43.653", "canadaeast", true},
	{"austriaeast", "Austria East", "Europe", "Austria", "Vienna", "16.363449", "48.210033", NULL, true},
	{"francecentral", "France Central", "Europe", "France", "Paris", "2.373", "46.3772", "francesouth", true},
	{"germanywestcentral", "Germany West Central", "Europe", "Germany", "Frankfurt", "8.682127", "50.110924",
	 "germanynorth", true},
	{"italynorth", "Italy North", "Europe", "Italy", "Milan", "9.18109", "45.46888", NULL, true},
	{"norwayeast", "Norway East", "Europe", "Norway", "Norway", "10.752245", "59.913868", "norwaywest", true},
	{"polandcentral", "Poland Central", "Europe", "Poland", "Warsaw", "21.01666", "52.23334", NULL, true},
	{"spaincentral", "Spain Central", "Europe", "Spain", "Madrid", "3.4209", "40.4259", NULL, true},
	{"switzerlandnorth", "Switzerland North", "Europe", "Switzerland", "Zurich", "8.564572", "47.451542",
	 "switzerlandwest", true},
	{"mexicocentral", "Mexico Central", "Mexico", "Mexico", "Querétaro State", "-100.389888", "20.588818", NULL,
	 true},
	{"uaenorth", "UAE North", "Middle East", "UAE", "Dubai", "55.316666", "25.266666", "uaecentral", true},
	{"brazilsouth", "Brazil South", "South America", "Brazil", "Sao Paulo State", "-46.633", "-23.55",
	 "southcentralus", true},
	{"chilecentral", "Chile Central", "South America", "Chile", "Santiago", "-70.673676", "-33.447487", NULL, true},
	{"eastus2", "East US 2", "US", "United States", "Virginia", "-78.3889", "36.6681", "centralus", true},
	{"israelcentral", "Israel Central", "Middle East", "Israel", "Israel", "33.4506633", "31.2655698", NULL, true},
	{"qatarcentral", "Qatar Central", "Middle East", "Qatar", "Doha", "51.439327", "25.551462", NULL, true},
	{"northcentralus", "North Central US", "US", "United States", "Illinois", "-87.6278", "41.8819",
	 "southcentralus", false},
	{"westus", "West US", "US", "United States", "California", "-122.417", "37.783", "eastus", false},
	{"westcentralus", "West Central US", "US", "United States", "Wyoming", "-110.234", "40.89", "westus2", false},
	{"southafricawest", "South Africa West", "Africa", "South Africa", "Cape Town", "18.843266", "-34.075691",
	 "southafricanorth", false},
	{"australiacentral", "Australia Central", "Asia Pacific", "Australia", "Canberra", "149.1244", "-35.3075",
	 "australiacentral2", false},
	{"australiacentral2", "Australia Central 2", "Asia Pacific", "Australia", "Canberra", "149.1244", "-35.3075",
	 "australiacentral", false},
	{"australiasoutheast", "Australia Southeast", "Asia Pacific", "Australia", "Victoria", "144.9631", "-37.8136",
	 "australiaeast", false},
	{"koreasouth", "Korea South", "Asia Pacific", "Korea", "Busan", "129.0756", "35.1796", "koreacentral", false},
	{"southindia", "South India", "Asia Pacific", "India", "Chennai", "80.1636", "12.9822", "centralindia", false},
	{"westindia", "West India", "Asia Pacific", "India", "Mumbai", "72.868", "19.088", "southindia", false},
	{"canadaeast", "Canada East", "Canada", "Canada", "Quebec", "-71.217", "46.817", "canadacentral", false},
	{"francesouth", "France South", "Europe", "France", "Marseille", "2.1972", "43.8345", "francecentral", false},
	{"germanynorth", "Germany North", "Europe", "Germany", "Berlin", "8.806422", "53.073635", "germanywestcentral",
	 false},
	{"norwaywest", "Norway West", "Europe", "Norway", "Norway", "5.733107", "58.969975", "norwayeast", false},
	{"switzerlandwest", "Switzerland West", "Europe", "Switzerland", "Geneva", "6.143158", "46.204391",
	 "switzerlandnorth", false},
	{"ukwest", "UK West", "Europe", "United Kingdom", "Cardiff", "-3.084", "53.427", "uksouth", false},
	{"uaecentral", "UAE Central", "Middle East", "UAE", "Abu Dhabi", "54.366669", "24.466667", "uaenorth", false},
	{"brazilsoutheast", "Brazil Southeast", "South America", "Brazil", "Rio", "-43.2075", "-22.90278",
	 "brazilsouth", false},
};

/* ---- names ----------------------------------------------------------------------------------------------------- */

char *location_normalize(const char *text)
{
	char *name = acr_strdup(text), *out = name;
	for (const char *c = name; *c; c++)
		if (*c != ' ')
			*out++ = (char)tolower((unsigned char)*c);
	*out = '\0';
	return name;
}

bool location_same(const char *a, const char *b)
{
	ACR_AUTO_FREE char *first = location_normalize(a);
	ACR_AUTO_FREE char *second = location_normalize(b);
	return !strcmp(first, second);
}

bool location_known(const char *name)
{
	for (size_t i = 0; i < ACR_COUNT(regions); i++)
		if (!strcmp(regions[i].name, name))
			return true;
	return false;
}

char *location_names(void)
{
	ACR_AUTO(acr_buf) names = ACR_BUF_INIT;
	for (size_t i = 0; i < ACR_COUNT(regions); i++)
		acr_buf_printf(&names, "%s%s", i ? "," : "", regions[i].name);
	return acr_buf_take(&names);
}

/* ---- the list -------------------------------------------------------------------------------------------------- */

static char *location_id(const char *name)
{
	return acr_format("/subscriptions/%s/locations/%s", emulator.subscription_id, name);
}

static struct acr_json *describe(const struct region *region)
{
	ACR_AUTO_FREE char *id = location_id(region->name);
	ACR_AUTO_FREE char *regional = acr_format("(%s) %s", region->group, region->display);
	struct acr_json *location =
		json_build("{'id':%s,'name':%s,'type':'Region','displayName':%s,'regionalDisplayName':%s,"
			   "'metadata':{'regionType':'Physical','regionCategory':%s,'geography':%s,"
			   "'geographyGroup':%s,'longitude':%s,'latitude':%s,'physicalLocation':%s,'pairedRegion':[]}}",
			   id, region->name, region->display, regional, region->recommended ? "Recommended" : "Other",
			   region->geography, region->group, region->longitude, region->latitude, region->place);
	if (region->pair) {
		ACR_AUTO_FREE char *pair_id = location_id(region->pair);
		acr_json_append(acr_json_at(location, "/metadata/pairedRegion"),
				json_build("{'name':%s,'id':%s}", region->pair, pair_id));
	}
	return location;
}

struct acr_json *location_list(void)
{
	struct acr_json *list = acr_json_new_array();
	for (size_t i = 0; i < ACR_COUNT(regions); i++)
		acr_json_append(list, describe(&regions[i]));
	return list;
}
