# shellcheck shell=bash
# Replications, usage, changes of a registry, and the end of it all.

part_replicating() {
	run acr group create -n lab-regions -l northeurope
	run acr create -n labregions -g lab-regions --sku Premium
	run acr create -n labsmall -g lab-regions --sku Basic
	replications
	changes
	removal_of_everything
}

replications() {
	it 'replication create, show, list, update'
	run acr replication create -r labregions -l 'Japan East' --query '[name, location, provisioningState]' -o tsv
	expect_success
	expect_out japaneast japaneast Succeeded
	run acr replication create -r labregions -l westus --tags team=a -o table
	expect_success
	expect_out 'NAME    LOCATION    PROVISIONING STATE    STATUS    REGION ENDPOINT ENABLED' \
		'------  ----------  --------------------  --------  -------------------------' \
		'westus  westus      Succeeded             Ready     True'
	run acr replication list -r labregions --query 'sort([].location)' -o tsv
	expect_success
	expect_out japaneast westus
	run acr replication show -r labregions -n westus
	expect_success
	expect_out_has '    "team": "a"' '  "type": "Microsoft.ContainerRegistry/registries/replications"' \
		'  "zoneRedundancy": "Disabled"'
	run acr replication update -r labregions -n westus --global-endpoint-routing false --query regionEndpointEnabled
	expect_success
	expect_out false

	it 'replications that cannot be'
	run acr replication create -r labregions -l northeurope
	expect_failure 1 'Replication could not be created in the same location as the registry'
	run acr replication create -r labsmall -l westus
	expect_failure 1 'Premium'
	run acr replication show -r labregions -n none
	expect_failure 3 ResourceNotFound
	run acr update -n labregions --sku Basic
	expect_failure 1 SkuChangeNotAllowed

	it 'replication delete'
	run acr replication delete -r labregions -n westus
	expect_success
	expect_out
	expect_value japaneast acr replication list -r labregions --query '[].name' -o tsv
}

changes() {
	it 'update: tags, SKU, --set; show tells it'
	run acr update -n labsmall --sku Standard --tags a=1 b= --set anonymousPullEnabled=true
	expect_success
	run acr show -n labsmall --query '[sku.tier, tags.a, tags.b, to_string(anonymousPullEnabled)]' -o tsv
	expect_success
	expect_out Standard 1 '' true
	run acr update -n labsmall --tags ''
	expect_success
	expect_value '{}' acr show -n labsmall --query tags

	it 'show-usage and check-name'
	run acr show-usage -n labregions --query "value[?name=='Size'].[limit, unit]" -o tsv
	expect_success
	expect_out $'536870912000\tBytes'
	run acr check-name -n labregions --query '[to_string(nameAvailable), reason]' -o tsv
	expect_success
	expect_out false AlreadyExists
	expect_value true acr check-name -n labfreename --query nameAvailable
}

removal_of_everything() {
	it 'delete a registry: it, and its images, are gone'
	run acr delete -n labsmall
	expect_failure 1 'Use --yes.'
	run acr delete -n labsmall --yes
	expect_success
	expect_out
	run acr show -n labsmall -g lab-regions
	expect_failure 3 ResourceNotFound
	expect_value labregions acr list -g lab-regions --query '[].name' -o tsv

	it 'group delete removes all that is in it'
	server=$(acr show -n labregions --query loginServer -o tsv)
	run acr group delete -n lab-regions --yes
	expect_success
	expect_out
	run acr group show -n lab-regions
	expect_failure 3 ResourceGroupNotFound
	expect_value 0 acr list --query "[?name=='labregions'] | length(@)"
	expect_value true acr check-name -n labregions --query nameAvailable
	run curl -s --max-time 30 "https://$server/v2/"
	expect_status 7
}
