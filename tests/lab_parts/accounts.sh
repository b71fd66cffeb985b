# shellcheck shell=bash
# Signing in and out, and the Azure CLI's files: what it wrote works here, what was written here works there.

part_accounts() {
	local id=$AZURE_CLIENT_ID secret=$AZURE_CLIENT_SECRET subscription=$AZURE_SUBSCRIPTION_ID whole=$AZURE_CONFIG_DIR
	printf '%s' "$secret" >secret.txt
	chmod 600 secret.txt
	unset AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_SUBSCRIPTION_ID
	export ACR_CACHE_DIR=$PWD/cache
	signed_in_here
	signed_in_by_az
	# shellcheck disable=SC1091
	. "$scratch/state/env"
	export ACR_CACHE_DIR=$scratch/cache
}

# A folder of the Azure CLI that knows the emulator's cloud, and nobody.
empty_folder() {
	mkdir -p "$1"
	cp "$whole/clouds.config" "$whole/config" "$1/"
	export AZURE_CONFIG_DIR=$PWD/$1
}

signed_in_here() {
	empty_folder here
	it 'nobody is signed in'
	run acr auth status --query signedIn
	expect_status 1
	expect_out false
	run env ACR_EXIT_CODES=rich acr auth status -o none
	expect_failure 4 "Please run 'az login'"
	run acr group list
	expect_failure 1 "Please run 'az login'"

	it 'account login --service-principal'
	run acr account login --service-principal -u "$id" -p @secret.txt --tenant adfs \
		--query '[].[id, isDefault, user.name]' -o tsv
	expect_success
	expect_out "$subscription	True	$id"
	expect 'what is kept is private' same "$(stat -c %a here/azureProfile.json here/service_principal_entries.json |
		sort -u)" 600
	run acr account list --refresh --query '[].id' -o tsv
	expect_success
	expect_out "$subscription"
	run acr account set -n "$subscription"
	expect_success
	run acr account show --query user.type -o tsv
	expect_out servicePrincipal
	run acr account get-access-token --query "[tokenType, subscription, starts_with(accessToken, 'eyJ')]" -o tsv
	expect_success
	expect_out Bearer "$subscription" true
	run acr auth status --query '[signedIn, account, credential]' -o tsv
	expect_success
	expect_out true "$id" 'Azure CLI account'
	run acr auth status -o table
	expect_success
	expect_out_has 'Signed in by' 'Azure CLI account'

	if [ -x /usr/bin/az ]; then
		it 'the Azure CLI works with it'
		run /usr/bin/az account show --query '[id, user.name]' -o tsv
		expect_status 0
		expect_out "$subscription" "$id"
		run /usr/bin/az account get-access-token --query tokenType -o tsv
		expect_status 0
		expect_out Bearer
	else
		skip 'the Azure CLI works with it' 'it is not installed'
	fi

	it 'a wrong secret is refused, and what was kept stays'
	before=$(cat here/*.json)
	run acr account login --service-principal -u "$id" -p wrong --tenant adfs
	expect_failure 1 'the client secret is wrong'
	expect 'the files are as before' same "$(cat here/*.json)" "$before"

	it 'logout forgets the account and its tokens'
	run acr account logout
	expect_success
	run grep -rlF -e "$secret" -e eyJ here cache
	expect_out
	run acr group list
	expect_failure 1 "Please run 'az login'"

	it 'az login and az logout, through the link; account clear'
	run az login --service-principal -u "$id" -p @secret.txt --tenant adfs --query '[].id' -o tsv
	expect_success
	expect_out "$subscription"
	run az logout
	expect_success
	run az login --service-principal -u "$id" -p @secret.txt --tenant adfs -o none
	expect_success
	run acr account clear
	expect_success
	run acr account list --query 'length(@)'
	expect_status 0
	expect_out 0
}

signed_in_by_az() {
	if ! [ -x /usr/bin/az ]; then
		skip 'what az login wrote works here' 'the Azure CLI is not installed'
		return
	fi
	empty_folder there
	it 'what az login wrote works here'
	run /usr/bin/az login --service-principal -u "$id" -p "$secret" --tenant adfs
	expect_status 0
	by_az=$out
	run acr group list -o none
	expect_success
	run acr account get-access-token --query tenant -o tsv
	expect_success
	expect_out adfs

	it 'both print the same, and either signs out'
	run acr account login --service-principal -u "$id" -p @secret.txt --tenant adfs
	expect_success
	expect 'the same output' same "$out" "$by_az"
	run acr account logout
	expect_success
	run /usr/bin/az account show
	expect_status 1
	run grep -lF -e "$secret" -e eyJ there/msal_token_cache.json there/service_principal_entries.json
	expect_out
}
