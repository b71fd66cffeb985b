# shellcheck shell=bash
# Who may do what from where: scope maps, tokens, identities, keys, network rules, policies.

part_permissions() {
	az group create -n permissions -l westus >/dev/null
	az acr create -n permlab -g permissions --sku Premium --only-show-errors >/dev/null
	server=$(acr show -n permlab --query loginServer -o tsv)
	make_image "$scratch/permitted" permitted
	acr login -n permlab >/dev/null 2>&1
	skopeo copy -q "oci:$scratch/permitted" "docker://$server/app/web:v1" >/dev/null 2>&1
	scope_maps
	tokens_of_a_registry
	identities_and_keys
	network_rules
	policies_of_a_registry
	endpoints_of_a_registry
}

scope_maps() {
	it 'permissions: scope maps'
	run acr scope-map create -r permlab -n webreader --repository app/web content/read metadata/read \
		--description 'reads the web'
	expect_success
	run acr scope-map update -r permlab -n webreader --add-repository app/web content/write
	expect_success
	run acr scope-map update -r permlab -n webreader --remove-repository app/web content/write
	expect_success
	expect_value $'repositories/app/web/content/read\nrepositories/app/web/metadata/read' \
		acr scope-map show -r permlab -n webreader --query 'sort(actions)' -o tsv
	run acr scope-map list -r permlab --query '[].name' -o tsv
	expect_success
	expect_out _repositories_admin _repositories_pull _repositories_pull_metadata_read _repositories_push \
		_repositories_push_metadata_write webreader

	it 'permissions: the scope maps that come with a registry stay as they are'
	run acr scope-map update -r permlab -n _repositories_pull --add-repository app/web content/delete
	expect_failure 1 'comes with the registry'
	run acr scope-map delete -r permlab -n _repositories_pull --yes
	expect_failure 1 'comes with the registry'
}

# token_may USER PASSWORD STATUS: what reading the tags of app/web with that password is answered.
token_may() {
	expect_value "$3" curl -s -o /dev/null -w '%{http_code}\n' -u "$1:$2" "https://$server/acr/v1/app/web/_tags"
}

tokens_of_a_registry() {
	local password
	it 'permissions: a token and its passwords'
	run acr token create -r permlab -n reader --scope-map webreader --only-show-errors
	expect_success
	password=$(acr token credential generate -r permlab -n reader --password1 --query 'passwords[0].value' -o tsv \
		--only-show-errors)
	token_may reader "$password" 200
	run acr repository show-tags -n permlab --repository app/web -u reader -p "$password" -o tsv
	expect_success
	expect_out v1
	run acr repository delete -n permlab --repository app/web -u reader -p "$password" --yes
	[ "$status" != 0 ] || problem 'a token that reads deleted a repository'
	run acr token update -r permlab -n reader --status disabled
	expect_success
	token_may reader "$password" 401
	run acr token update -r permlab -n reader --status enabled
	expect_success
	run acr token credential delete -r permlab -n reader --password1
	expect_success
	token_may reader "$password" 401

	it 'permissions: certificates of a token are kept'
	run acr rest -m patch -u "$(acr token show -r permlab -n reader --query id -o tsv)" --url-parameters \
		api-version=2025-04-01 -b '{"properties":{"credentials":{"certificates":[{"name":"certificate3"}]}}}'
	expect_failure 1 'certificate1 or certificate2'
	run acr rest -m patch -u "$(acr token show -r permlab -n reader --query id -o tsv)" --url-parameters \
		api-version=2025-04-01 -b '{"properties":{"credentials":{"certificates":[{"name":"certificate1",
		"encodedPemCertificate":"LS0t"}]}}}'
	expect_success
	expect_value certificate1 acr token show -r permlab -n reader --query 'credentials.certificates[].name' -o tsv

	it 'permissions: a password that has expired is refused'
	soon=$(date -u -d '+10 seconds' +%Y-%m-%dT%H:%M:%SZ)
	password=$(acr token credential generate -r permlab -n reader --password2 --expiration "$soon" \
		--query 'passwords[0].value' -o tsv --only-show-errors)
	token_may reader "$password" 200
	expect_value "${soon%Z}+00:00" acr token show -r permlab -n reader \
		--query 'credentials.passwords[0].expiry' -o tsv
	sleep 11
	token_may reader "$password" 401
	expect_value reader acr token list -r permlab --query '[].name' -o tsv
	run acr token delete -r permlab -n reader --yes
	expect_success
	run acr scope-map delete -r permlab -n webreader --yes
	expect_success
}

identities_and_keys() {
	local identity=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/permissions/providers
	identity+=/Microsoft.ManagedIdentity/userAssignedIdentities/keeper
	it 'permissions: identities come and go'
	run acr rest -m put -u "$identity" --url-parameters api-version=2024-11-30 -b '{"location":"westus"}'
	expect_success
	run acr identity assign -n permlab --identities '[system]' keeper
	expect_success
	expect_value 'systemAssigned, userAssigned' acr identity show -n permlab --query type -o tsv
	run acr identity remove -n permlab --identities '[system]'
	expect_success
	expect_value userAssigned acr identity show -n permlab --query type -o tsv
	run acr identity assign -n permlab --identities nobody
	expect_failure 1 'was not found'

	it 'permissions: a key of the user, which rotates'
	run acr create -n permkey -g permissions --sku Premium --identity keeper \
		--key-encryption-key https://labvault.vault.azure.net/keys/first --only-show-errors
	expect_success
	expect_value true acr encryption show -n permkey --query keyVaultProperties.keyRotationEnabled -o tsv
	run acr encryption rotate-key -n permkey --key-encryption-key https://labvault.vault.azure.net/keys/second/1234 \
		--identity keeper
	expect_success
	expect_value $'enabled\nfalse' acr encryption show -n permkey \
		--query '[status, keyVaultProperties.keyRotationEnabled]' -o tsv
}

network_rules() {
	it 'permissions: network rules are enforced'
	run acr update -n permlab --default-action Deny
	expect_success
	run acr repository list -n permlab
	expect_status 1
	run acr network-rule add -n permlab --ip-address 127.0.0.1
	expect_success
	run acr repository list -n permlab -o tsv
	expect_success
	expect_out app/web
	run acr network-rule list -n permlab --query 'ipRules[].ipAddressOrRange' -o tsv
	expect_success
	expect_out 127.0.0.1
	run acr show-usage -n permlab --query "value[?name=='IPRules'].currentValue" -o tsv
	expect_out 1
	run acr network-rule remove -n permlab --ip-address 127.0.0.1
	expect_success
	run acr repository list -n permlab
	expect_status 1
	run acr update -n permlab --default-action Allow
	expect_success
}

policies_of_a_registry() {
	it 'permissions: policies'
	run acr config authentication-as-arm update -r permlab --status disabled
	expect_success
	expect_value disabled acr config authentication-as-arm show -r permlab --query status -o tsv
	run acr update -n permlab --endpoint-protocol IPv4AndIPv6
	expect_failure 1 'needs data endpoints'
	run acr config soft-delete update -r permlab --status enabled --yes --only-show-errors
	expect_success
	run acr config retention update -r permlab --type UntaggedManifests --status enabled
	expect_failure 1 'cannot be enabled at the same time'
	run acr config content-trust update -r permlab --status disabled --yes --only-show-errors
	expect_success
	expect_value disabled acr config content-trust show -r permlab --query status -o tsv --only-show-errors
	run acr config authentication-as-arm update -r permlab --status enabled
	expect_success
}

endpoints_of_a_registry() {
	it 'permissions: data and regional endpoints'
	run acr update -n permlab --data-endpoint-enabled true --only-show-errors
	expect_success
	run acr show-endpoints -n permlab
	expect_status 0
	expect_out_has '"region": "westus"' '"endpoint": "permlab.westus.data.'
	run_shell "acr show -n permlab | acr query loginServer -o tsv"
	expect_success
	expect_out "$server"
}
