# shellcheck shell=bash
# A registry is found by its name alone, by its login server, with a group, and from defaults.

part_finding() {
	local server
	run acr group create -n lab-find-a -l westeurope
	run acr group create -n lab-find-b -l eastus
	run acr create -n labfinda -g lab-find-a --sku Standard
	run acr create -n labfindb -g lab-find-b --sku Basic -l japaneast
	server=$(acr show -n labfindb --query loginServer -o tsv)

	it 'a registry is found in any group, and in any case'
	expect_value lab-find-a acr show -n labfinda --query resourceGroup -o tsv
	expect_value lab-find-b acr show -n labfindb --query resourceGroup -o tsv
	expect_value labfindb acr show -n LabFindB --query name -o tsv
	expect_value '[]' acr repository list -n LABFINDB

	it 'a registry is found by its login server'
	expect_value labfindb acr show -n "$server" --query name -o tsv
	expect_value '[]' acr repository list -n "$server"
	run acr show -n localhost:1
	expect_failure 1 "login server 'localhost:1'"

	it 'with -g it is looked for there alone'
	expect_value labfindb acr show -n labfindb -g lab-find-b --query name -o tsv
	expect_value labfindb acr show -n labfindb -g LAB-FIND-B --query name -o tsv
	expect_value labfindb acr show -n "$server" -g lab-find-b --query name -o tsv
	run acr show -n labfindb -g lab-find-a
	expect_failure 3 "(ResourceNotFound) The Resource 'Microsoft.ContainerRegistry/registries/labfindb'"
	run acr delete -n "$server" -g lab-find-a --yes
	expect_failure 3 "No registry with the login server '$server' could be found in resource group 'lab-find-a'."
	expect_value labfinda acr list -g lab-find-a --query '[].name' -o tsv

	it 'a name that is nowhere'
	run acr show -n labfindnone
	expect_failure 1 "The resource with name 'labfindnone' and type 'Microsoft.ContainerRegistry/registries' could not"
	run acr repository list -n labfindnone
	expect_failure 1 "'labfindnone'"
	run acr run -r labfindnone --cmd x /dev/null
	expect_failure 1 "'labfindnone'"

	defaults_of_registries
	location_defaults
	spelling_of_options
	run acr group delete -n lab-find-a --yes
	run acr group delete -n lab-find-b --yes
}

defaults_of_registries() {
	it 'defaults from the environment'
	expect_value labfinda env AZURE_DEFAULTS_ACR=labfinda acr show --query name -o tsv
	expect_value labfindb env AZURE_DEFAULTS_ACR=labfinda acr show -n labfindb --query name -o tsv
	expect_value '[]' env AZURE_DEFAULTS_ACR=labfindb acr repository list
	expect_value labfindb env AZURE_DEFAULTS_GROUP=lab-find-b acr list --query '[].name' -o tsv
	expect_value labfinda env AZURE_CORE_OUTPUT=tsv acr show -n labfinda --query name
	run env AZURE_DEFAULTS_ACR= acr show
	expect_failure 2 'the following arguments are required: --name/-n'

	it 'defaults from the configuration file and from the nearest local one'
	cp -r "$AZURE_CONFIG_DIR" "$scratch/configured"
	printf '\n[defaults]\nacr = labfinda\ngroup = lab-find-a\n' >>"$scratch/configured/config"
	expect_value labfinda env AZURE_CONFIG_DIR="$scratch/configured" acr show --query name -o tsv
	expect_value lab-find-a env AZURE_CONFIG_DIR="$scratch/configured" acr list --query '[].resourceGroup' -o tsv
	mkdir -p here/configured here/deeper
	printf '[defaults]\nacr = labfindb\ngroup = lab-find-b\n' >here/configured/config
	cd here/deeper || return
	expect_value labfindb env AZURE_CONFIG_DIR="$scratch/configured" acr show --query name -o tsv
	cd ../..
}

location_defaults() {
	it 'where a new registry lives: -l, else the default, else with its group'
	run acr create -n labfindc -g lab-find-b --sku Basic -l 'West US' --query location -o tsv
	expect_success
	expect_out westus
	expect_value westus2 env AZURE_DEFAULTS_LOCATION=westus2 acr create -n labfindd -g lab-find-b --sku Basic \
		--query location -o tsv
	expect_value eastus env AZURE_DEFAULTS_GROUP=lab-find-b acr create -n labfinde --sku Basic --query location -o tsv
}

spelling_of_options() {
	it 'options in all their spellings'
	expect_value labfinda acr show --name=labfinda --query name -o tsv
	expect_value labfinda acr show -nlabfinda -otsv --query=name
	expect_value labfinda acr show --nam labfinda --query name --out tsv
	expect_value labfinda acr show -n labfinda --subscription "$AZURE_SUBSCRIPTION_ID" --query name -o tsv
	expect_value labfinda acr show -n labfinda --subscription ACR-Emulator --query name -o tsv
	echo labfinda >name.txt
	expect_value labfinda acr show -n @name.txt --query name -o tsv

	it 'a subscription that is not there, and a name from a Windows text file'
	run acr show -n labfinda --subscription none
	expect_failure 1 "Subscription 'none' not found."
	run acr show -n $'labfinda\r'
	expect_failure 2 'carriage return'
}
