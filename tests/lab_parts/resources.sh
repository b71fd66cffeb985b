# shellcheck shell=bash
# What belongs to a registry: cache rules, credential sets, connected registries, agent pools, private endpoints.

part_resources() {
	registry_id=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/resources/providers/Microsoft.ContainerRegistry/registries/resourcelab
	az group create -n resources -l westus >/dev/null
	it 'resources: a Premium registry'
	run acr create -n resourcelab -g resources --sku Premium --only-show-errors
	expect_success
	credential_sets_and_cache_rules
	agent_pools
	connected_registries
	connected_registry_tokens
	private_endpoints
	parts_count
}

secret=https://labvault.vault.azure.net/secrets

credential_sets_and_cache_rules() {
	it 'resources: a credential set is healthy with its identity'
	run acr credential-set create -r resourcelab -n hubset -l docker.io -u $secret/user -p $secret/password
	expect_success
	expect_value Healthy acr credential-set show -r resourcelab -n hubset \
		--query 'authCredentials[0].credentialHealth.status' -o tsv
	run acr credential-set update -r resourcelab -n hubset -p $secret/other
	expect_success
	expect_out_has "\"passwordSecretIdentifier\": \"$secret/other\"" "\"usernameSecretIdentifier\": \"$secret/user\""

	it 'resources: a cache rule, with and without the credential set'
	run acr cache create -r resourcelab -n ubuntu -s docker.io/library/ubuntu -t mirror/ubuntu -c hubset
	expect_success
	expect_out_has '"provisioningState": "Succeeded"' '"sourceRepository": "docker.io/library/ubuntu"'
	run acr cache create -r resourcelab -n again -s docker.io/library/debian -t mirror/ubuntu
	expect_failure 1 "is that of the cache rule 'ubuntu' already"
	run acr cache create -r resourcelab -n nowhere -s ubuntu -t mirror/other
	expect_failure 1 'The source repository'
	run acr credential-set delete -r resourcelab -n hubset --yes
	expect_failure 1 "while the cache rule 'ubuntu' uses it"
	run acr cache update -r resourcelab -n ubuntu --remove-cred-set
	expect_success
	expect_value ubuntu acr cache list -r resourcelab --query '[?credentialSetResourceId==null].name' -o tsv
	expect_value mirror/ubuntu acr cache show -r resourcelab -n ubuntu --query targetRepository -o tsv
	expect_value hubset acr credential-set list -r resourcelab --query '[].name' -o tsv
	run acr credential-set delete -r resourcelab -n hubset --yes
	expect_success
	run acr cache delete -r resourcelab -n ubuntu --yes
	expect_success
	run acr cache show -r resourcelab -n ubuntu
	expect_failure 3 'not found'
}

agent_pools() {
	it 'resources: agent pools'
	run acr agentpool create -r resourcelab -n labpool -c 2 --tier s2 --only-show-errors
	expect_success
	expect_out_has '"count": 2' '"tier": "S2"' '"os": "Linux"' '"provisioningState": "Succeeded"'
	run acr agentpool create -r resourcelab -n otherpool --tier S9
	expect_status 1
	run acr agentpool update -r resourcelab -n labpool -c 3 --only-show-errors
	expect_success
	expect_value 3 acr agentpool show -r resourcelab -n labpool --query count -o tsv
	run acr agentpool show -r resourcelab -n labpool --queue-count -o tsv
	expect_success
	expect_out 0
	expect_value labpool acr agentpool list -r resourcelab --query '[].name' -o tsv
	run acr run -r resourcelab --agent-pool nopool --cmd true /dev/null
	expect_status 3
	expect_err_has "has no agent pool 'nopool'"
	run acr agentpool delete -r resourcelab -n labpool --yes --only-show-errors
	expect_success
	expect_value 0 acr agentpool list -r resourcelab --query 'length(@)' -o tsv
}

connected_registries() {
	it 'resources: a connected registry needs the data endpoint'
	run acr rest -m put -u "$registry_id/connectedRegistries/early" --url-parameters api-version=2025-04-01 \
		-b '{"properties":{"mode":"ReadOnly"}}'
	expect_failure 1 'must have its data endpoint enabled'

	it 'resources: connected registries, parent and child'
	run acr connected-registry create -r resourcelab -n upper --repository app/web --mode ReadOnly --yes \
		--only-show-errors
	expect_success
	expect_out_has '"connectionState": "Offline"' '"status": "Inactive"' '"gatewayEndpoint": "resourcelab.westus.data.'
	run acr connected-registry create -r resourcelab -n lower --parent upper --repository app/web --mode ReadWrite \
		--yes --only-show-errors
	expect_status 1
	run acr connected-registry create -r resourcelab -n lower --parent upper --repository app/web --mode ReadOnly \
		--yes --only-show-errors
	expect_success
	expect_value $'lower\nupper' acr connected-registry list -r resourcelab --query 'sort([].name)' -o tsv
	run acr connected-registry delete -r resourcelab -n upper --yes --only-show-errors
	expect_failure 1 "while it is the parent of 'lower'"

	it 'resources: a connected registry is changed'
	run acr connected-registry update -r resourcelab -n upper --log-level Debug --sync-message-ttl P3D --only-show-errors
	expect_success
	expect_out_has '"logLevel": "Debug"' '"messageTtl": "3 days, 0:00:00"'
	run acr connected-registry permissions update -r resourcelab -n lower --add app/api --only-show-errors
	expect_success
	run acr connected-registry permissions show -r resourcelab -n lower
	expect_success
	expect_out_has repositories/app/api/content/read repositories/app/web/metadata/read
	run acr connected-registry resync -r resourcelab -n upper
	expect_success
	expect_out_has '"name": "upper"'
	run acr connected-registry repo -r resourcelab -n lower --remove app/api --only-show-errors
	expect_status 0
}

connected_registry_tokens() {
	local server password settings
	it 'resources: a connected registry is online when its token was used, and offline when deactivated'
	run acr connected-registry get-settings -r resourcelab -n upper --parent-protocol https --generate-password 1 --yes \
		--only-show-errors
	expect_success
	expect_out_has '"ACR_REGISTRY_CONNECTION_STRING": "ConnectedRegistryName=upper;SyncTokenName=upper;SyncTokenPassword='
	settings=$out
	password=${settings#*SyncTokenPassword=}
	password=${password%%;*}
	server=$(acr show -n resourcelab --query loginServer -o tsv)
	run curl -sS -o /dev/null -w '%{http_code}' -u "upper:$password" \
		"https://$server/oauth2/token?service=$server&scope=repository:app/web:pull"
	expect_out_has 200
	expect_value $'Online\nActive' acr connected-registry show -r resourcelab -n upper \
		--query '[connectionState, activation.status]' -o tsv
	run acr connected-registry deactivate -r resourcelab -n upper --yes --only-show-errors
	expect_success
	expect_value Offline acr connected-registry show -r resourcelab -n upper --query connectionState -o tsv
	run acr connected-registry install info -r resourcelab -n upper --parent-protocol https --only-show-errors
	expect_status 0
	run acr connected-registry install renew-credentials -r resourcelab -n upper --parent-protocol https --yes \
		--only-show-errors
	expect_status 0
	expect_out_has SyncTokenPassword=
	run acr connected-registry list-client-tokens -r resourcelab -n upper
	expect_success

	it 'resources: connected registries are deleted with what they left'
	run acr connected-registry delete -r resourcelab -n lower --yes --cleanup --only-show-errors
	expect_success
	run acr connected-registry delete -r resourcelab -n upper --yes --cleanup --only-show-errors
	expect_success
	expect_value 0 acr token list -r resourcelab --query 'length(@)' -o tsv
}

private_endpoints() {
	local endpoint=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/resources/providers/Microsoft.Network/privateEndpoints
	it 'resources: private endpoint connections'
	for name in first second; do
		run acr rest -m put -u "$registry_id/privateEndpointConnections/$name" \
			--url-parameters api-version=2026-01-01-preview \
			-b "{\"properties\":{\"privateEndpoint\":{\"id\":\"$endpoint/$name\"}}}"
		expect_success
		expect_out_has '"status": "Pending"'
	done
	run acr private-endpoint-connection approve -r resourcelab -n first --description welcome
	expect_success
	expect_out_has '"status": "Approved"' '"description": "welcome"'
	run acr private-endpoint-connection reject -r resourcelab -n second
	expect_success
	expect_value Rejected acr private-endpoint-connection show -r resourcelab -n second \
		--query privateLinkServiceConnectionState.status -o tsv
	expect_value $'first\nsecond' acr private-endpoint-connection list -r resourcelab --query '[].name' -o tsv
	expect_value 2 acr show -n resourcelab --query 'length(privateEndpointConnections)' -o tsv
	run acr private-endpoint-connection delete -r resourcelab -n second
	expect_status 0
	run acr private-link-resource list -n resourcelab
	expect_success
	expect_out_has '"registry_data_westus"' privatelink.azurecr.io
}

parts_count() {
	it 'resources: usage counts what there is'
	run acr show-usage -n resourcelab --query "value[?name=='PrivateEndpointConnections'].currentValue" -o tsv
	expect_success
	expect_out 1
}
