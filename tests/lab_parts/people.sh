# shellcheck shell=bash
# What the documents use beside az acr: service principals and their roles, lists of resources, container groups.

part_people() {
	az group create -n people -l westus >/dev/null
	az acr create -n peoplelab -g people --sku Basic --only-show-errors >/dev/null
	people_id=$(acr show -n peoplelab --query id -o tsv)
	service_principals
	container_groups
}

service_principals() {
	it 'people: a service principal has the rights of its role'
	run acr ad sp create-for-rbac -n puller --role AcrPull --scopes "$people_id" --query 'sort(keys(@))' -o tsv
	expect_status 0
	expect_out $'appId\ndisplayName\npassword\ntenant'
	expect_value AcrPull acr role assignment list --scope "$people_id" --query '[].roleDefinitionName' -o tsv
	other=$(acr ad sp create-for-rbac -n other --query appId -o tsv 2>/dev/null)
	run acr role assignment create --scope "$people_id" --role AcrPush --assignee "$other"
	expect_success
	expect_value 2 acr role assignment list --scope "$people_id" --query 'length(@)' -o tsv
	run acr role assignment delete --scope "$people_id" --role AcrPush --assignee "$other"
	expect_status 0
	expect_value AcrPull acr role assignment list --scope "$people_id" --query '[].roleDefinitionName' -o tsv
}

container_groups() {
	it 'people: resources and container groups'
	expect_value peoplelab acr resource list -g people --query '[].name' -o tsv
	run acr container create -g people -n box --image mcr.microsoft.com/hello-world --ip-address Public \
		--location westus
	expect_success
	expect_value box acr container list -g people --query '[].name' -o tsv
	expect_value 127.0.0.1 acr container show -g people -n box --query ipAddress.ip -o tsv
	run acr container delete -g people -n box --yes -o none
	expect_status 0
	expect_value 0 acr container list -g people --query 'length(@)' -o tsv
}
