# shellcheck shell=bash
# Policy tokens, and resources by their ids.

part_policies() {
	policy_id=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/policies/providers/Microsoft.ContainerRegistry/registries/policylab
	it 'policies: a group under a policy wants a token for every write'
	run az group create -n policies -l westus --tags policyToken=required
	expect_success
	run acr create -n policylab -g policies --sku Premium
	expect_failure 1 'the request has no policy token'
	run acr create -n policylab -g policies --sku Premium --acquire-policy-token -o none
	expect_success
	run acr update -n policylab --tags a=b --change-reference /changes/c1 --query tags.a -o tsv
	expect_success
	expect_out_has b
	run acr update -n policylab --tags a=c
	expect_failure 1 'RequestDisallowedByPolicy'
	expect_value b acr show -n policylab --query tags.a -o tsv

	it 'policies: several resources by their ids'
	for name in first second; do
		run acr scope-map create -r policylab -n $name --repository x content/read --acquire-policy-token -o none
		expect_success
	done
	expect_value first,second acr scope-map show --ids "$policy_id/scopeMaps/first" "$policy_id/scopeMaps/second" \
		--query "join(',', [].name)" -o tsv
	run acr scope-map update --acquire-policy-token --description new --query '[].description' -o tsv \
		--ids "$policy_id/scopeMaps/missing" "$policy_id/scopeMaps/second"
	expect_status 3
	expect_err_has "$policy_id/scopeMaps/missing"
	expect_out_has new
	run acr scope-map delete --yes --acquire-policy-token \
		--ids "$policy_id/scopeMaps/first" "$policy_id/scopeMaps/second"
	expect_success
	expect_value 0 acr scope-map list -r policylab --query "length([?name=='first'||name=='second'])"
	run acr delete --ids "$policy_id" --yes --acquire-policy-token
	expect_success
}
