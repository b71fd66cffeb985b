# shellcheck shell=bash
# Every line of the documents that the program covers, typed as it stands there, with `az`.

part_documents() {
	document_of_2020
	document_with_admin_account
	document_with_table_output
	document_of_the_course
}

document_of_2020() {
	local id=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/LAB_vthot4
	it '2020: account list-locations'
	run_shell 'az account list-locations |grep name'
	expect_success
	expect_out_has '    "name": "eastasia",'$'\n'
	run_shell 'az account list-locations |grep name|grep northeur'
	expect_success
	expect_out_has '    "name": "northeurope",'$'\n'

	it '2020: group create'
	run az group create --name LAB_vthot4 --location northeurope
	expect_success
	expect_out '{' "  \"id\": \"$id\"," '  "location": "northeurope",' '  "managedBy": null,' '  "name": "LAB_vthot4",' \
		'  "properties": {' '    "provisioningState": "Succeeded"' '  },' '  "tags": null,' \
		'  "type": "Microsoft.Resources/resourceGroups"' '}'

	it '2020: az acr alone is a usage error'
	run az acr
	expect_failure 2 'the following arguments are required: _subcommand'

	it '2020: acr create'
	run az acr create --resource-group LAB_vthot4 --name vacrlab --sku Basic
	expect_success
	expect_out_has '{'$'\n''  "adminUserEnabled": false,'$'\n' '  "identity": null,'$'\n' '  "name": "vacrlab",'$'\n' \
		"  \"id\": \"$id/providers/Microsoft.ContainerRegistry/registries/vacrlab\"," '  "resourceGroup": "LAB_vthot4",' \
		'    "name": "Basic",'$'\n''    "tier": "Basic"' '  "type": "Microsoft.ContainerRegistry/registries",' \
		'"creationDate": "20[0-9][0-9]-*+00:00",'

	it '2020: acr login, then a push, finds the credential'
	run az acr login --name vacrlab
	expect_success
	expect_out 'Login Succeeded'
	server=$(az acr show --name vacrlab --query loginServer -o tsv)
	make_image "$scratch/hello" 'hello world'
	run skopeo copy -q "oci:$scratch/hello" "docker://$server/hello-world:v1"
	expect_success

	it '2020: repository list as a table'
	run az acr repository list --name vacrlab --output table
	expect_success
	expect_out Result ----------- hello-world

	it '2020: repository delete asks, and does it'
	answered n az acr repository delete --name vacrlab --image hello-world:v1
	expect_status 1
	expect_out_has "This operation will delete the manifest 'sha256:" "and all the following images: 'hello-world:v1'" \
		'(y/n): '
	expect_value '["v1"]' bash -c 'az acr repository show-tags -n vacrlab --repository hello-world | tr -d " \n"; echo'
	answered y az acr repository delete --name vacrlab --image hello-world:v1
	expect_status 0
	run az acr repository show -n vacrlab --image hello-world:v1
	expect_failure 3 '_UNKNOWN'

	it '2020: group delete asks, and does it'
	answered y az group delete --name LAB_vthot4
	expect_status 0
	expect_out_has 'Are you sure you want to perform this operation? (y/n): '
	run az acr list -g LAB_vthot4
	expect_failure 3 ResourceGroupNotFound
}

document_with_admin_account() {
	export ACR_NAME=jpsregistry
	it 'admin account: a registry, a build and its repository'
	run az group create --name learn-acr-rg --location eastus
	expect_success
	run az acr create --resource-group learn-acr-rg --name $ACR_NAME --sku Premium
	expect_success
	printf 'FROM mcr.microsoft.com/hello-world\nLABEL purpose=tasks\n' >Dockerfile
	run az acr build --registry $ACR_NAME --image acrtasks:v1 .
	expect_status 0
	expect_out_has 'Successfully tagged *:*/acrtasks:v1' 'Run ID: cf1 was successful after'
	expect_err_has 'Queued a build with ID: cf1' 'Waiting for an agent...'
	run az acr repository list --name $ACR_NAME --output table
	expect_success
	expect_out Result -------- acrtasks

	it 'admin account: its name and password, in the way of the document'
	run az acr update -n $ACR_NAME --admin-enabled true
	expect_success
	expect_out_has '  "adminUserEnabled": true,'
	run az acr credential show --name $ACR_NAME
	expect_success
	expect_out_has '"name": "password",' '"name": "password2",' "  \"username\": \"$ACR_NAME\""
	run_shell 'az acr credential show --name $ACR_NAME --query "username" | tr -d \"'
	expect_success
	expect_out $ACR_NAME
	run_shell 'az acr credential show --name $ACR_NAME --query "passwords[0].value" | tr -d \"'
	expect_success
	password=${out%$'\n'}
	expect 'a password' like "$password" '????????????????????*'
	server=$(az acr show --name $ACR_NAME --query loginServer --output tsv)
	run skopeo inspect --creds "$ACR_NAME:$password" "docker://$server/acrtasks:v1"
	expect_success
	expect_out_has '"purpose": "tasks"'

	it 'admin account: a replication'
	run az acr replication create --registry $ACR_NAME --location japaneast
	expect_success
	expect_out_has '  "name": "japaneast",' '  "regionEndpointEnabled": true,' '    "displayStatus": "Ready",'
	run az acr replication list --registry $ACR_NAME --output table
	expect_success
	expect_out 'NAME       LOCATION    PROVISIONING STATE    STATUS    REGION ENDPOINT ENABLED' \
		'---------  ----------  --------------------  --------  -------------------------' \
		'japaneast  japaneast   Succeeded             Ready     True'

	it 'admin account: group delete -y'
	run az group delete -n learn-acr-rg -y
	expect_success
	expect_out
	unset ACR_NAME
}

document_with_table_output() {
	export AZURE_CORE_OUTPUT=table
	it 'table output: a registry with an admin account'
	run az group create -n acr-rg -l westeurope
	expect_success
	expect_out 'Location    Name' '----------  ------' 'westeurope  acr-rg'
	run az acr create -n registryprod -g acr-rg -l westeurope --sku Basic
	expect_success
	run az acr update -n registryprod --admin-enabled true
	expect_success
	expect_out_has 'NAME          RESOURCE GROUP    LOCATION    SKU    LOGIN SERVER     CREATION DATE         ADMIN ENABLED' \
		$'\n''registryprod  acr-rg            westeurope  Basic  localhost:*  20*T*Z  True'$'\n'
	run az acr credential show -n registryprod
	expect_success
	expect_out_has 'USERNAME      PASSWORD  ' $'\n''registryprod  *  *'$'\n'

	it 'table output: sign in as a service principal'
	run acr login -n registryprod -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET"
	expect_status 0
	expect_out 'Login Succeeded'
	server=$(az acr show -n registryprod --query loginServer -o tsv)
	for name in baseimages/fedora:24 baseimages/fedora:latest tools/a-long-name:1; do
		folder=$scratch/image-${name//[:\/]/-}
		make_image "$folder" "$name"
		run skopeo copy -q "oci:$folder" "docker://$server/$name"
		expect_success
	done

	it 'table output: repositories and tags'
	run az acr repository list -n registryprod
	expect_success
	expect_out Result ----------------- baseimages/fedora tools/a-long-name
	run az acr repository show-tags -n registryprod --repository baseimages/fedora
	expect_success
	expect_out Result -------- 24 latest
	unset AZURE_CORE_OUTPUT
	run az group delete -n acr-rg --yes
	expect_success
}

document_of_the_course() {
	it 'course: an option without its value is a usage error, and creates nothing'
	run az group create --name az204-acr-rg --location --location eastus
	expect_failure 2 'argument --location/-l: expected one argument'
	run az group show -n az204-acr-rg
	expect_failure 3 ResourceGroupNotFound

	it 'course: build in the service'
	run az group create --name az204-acr-rg --location eastus
	expect_success
	run az acr create --resource-group az204-acr-rg --name courseregistry --sku Basic
	expect_success
	echo FROM mcr.microsoft.com/hello-world >Dockerfile
	run az acr build --image sample/hello-world:v1 --registry courseregistry --file Dockerfile .
	expect_status 0
	# Lines of a log end with CR LF.
	out=${out//$'\r'/}
	expect_out_has $'\n''- image:'$'\n''    registry: localhost:*'$'\n''    repository: sample/hello-world'$'\n''    tag: v1'$'\n' \
		'    digest: sha256:' '  runtime-dependency:'$'\n''    registry: mcr.microsoft.com'$'\n''    repository: hello-world' \
		'  git: {}'$'\n' $'\n''Run ID: cf1 was successful after'
	expect_err_has 'Packing source code into tar' 'Sending context (*) to registry: courseregistry...' \
		'Queued a build with ID: cf1' 'Waiting for an agent...'

	it 'course: what was built'
	run az acr repository list --name courseregistry --output table
	expect_success
	expect_out Result ------------------ sample/hello-world
	run az acr repository show-tags --name courseregistry --repository sample/hello-world --output table
	expect_success
	expect_out Result -------- v1

	if can_run_containers; then
		it 'course: run in the service'
		# shellcheck disable=SC2016
		run az acr run --registry courseregistry --cmd '$Registry/sample/hello-world:v1' /dev/null
		expect_status 0
		expect_out_has 'Hello from acr-emulator.' 'Run ID: cf2 was successful after'
		expect_err 'Queued a run with ID: cf2' 'Waiting for an agent...'
	else
		skip 'course: run in the service' "$no_containers"
	fi

	it 'course: group delete --no-wait'
	answered y az group delete --name az204-acr-rg --no-wait
	expect_status 0
}
