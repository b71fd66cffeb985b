# shellcheck shell=bash
# Repositories, tags and manifests: lists, attributes, locks, deletion.

part_repositories() {
	local name
	run acr group create -n lab-repos -l westeurope
	run acr create -n labrepos -g lab-repos --sku Standard
	server=$(acr show -n labrepos --query loginServer -o tsv)
	run acr login -n labrepos
	for name in one:v1 one:v2 one:v3 two/three:v1; do
		make_image "${name//[:\/]/-}" "$name"
		run skopeo copy -q "oci:${name//[:\/]/-}" "docker://$server/$name"
	done
	# A second tag of the same manifest.
	run skopeo copy -q oci:one-v3 "docker://$server/one:latest"
	lists_of_repositories
	attributes_of_repositories
	locks
	removals
	run acr group delete -n lab-repos --yes
}

lists_of_repositories() {
	it 'repository list: json, tsv, table, --top'
	run acr repository list -n labrepos
	expect_success
	expect_out '[' '  "one",' '  "two/three"' ']'
	run acr repository list -n labrepos -o tsv
	expect_success
	expect_out one two/three
	expect_value one acr repository list -n labrepos --top 1 -o tsv

	it 'repository show-tags: names, order, --top, --detail'
	run acr repository show-tags -n labrepos --repository one -o tsv
	expect_success
	expect_out latest v1 v2 v3
	run acr repository show-tags -n labrepos --repository one -o tsv --orderby time_asc
	expect_success
	expect_out v1 v2 v3 latest
	expect_value latest acr repository show-tags -n labrepos --repository one --orderby time_desc --top 1 -o tsv
	run acr repository show-tags -n labrepos --repository one --detail --query "[?name=='v1']"
	expect_success
	expect_out_has '"changeableAttributes": {' '"createdTime": "20' '"digest": "sha256:' '"signed": false'

	it 'manifest list-metadata: a manifest with its tags'
	digest=$(acr repository show -n labrepos --image one:v3 --query digest -o tsv)
	run acr manifest list-metadata -r labrepos -n one --query "[?digest=='$digest'].tags[] | sort(@)" -o tsv
	expect_success
	expect_out latest v3
	expect_value 3 acr manifest list-metadata "$server/one" --query 'length(@)'
	run acr repository show-manifests -n labrepos --repository one --only-show-errors \
		--query "[?digest=='$digest'].tags[] | sort(@)" -o tsv
	expect_success
	expect_out latest v3
}

attributes_of_repositories() {
	it 'repository show: of a repository, a tag, a digest'
	run acr repository show -n labrepos --repository one
	expect_success
	expect_out_has '"imageName": "one"' '"manifestCount": 3' '"tagCount": 4' "\"registry\": \"$server\""
	expect_value v2 acr repository show -n labrepos --image one:v2 --query name -o tsv
	expect_value "$digest" acr repository show -n labrepos --image "one@$digest" --query digest -o tsv
	# No tag is `latest`.
	expect_value latest acr repository show -n labrepos --image one --query name -o tsv

	it 'repository show: what is not there is exit 3'
	run acr repository show -n labrepos --repository none
	expect_failure 3 "(NAME_UNKNOWN) 'none' in $server:"
	run acr repository show -n labrepos --image one:none
	expect_failure 3 "(TAG_UNKNOWN) 'one:none' in $server:"
	run acr repository show-tags -n labrepos --repository none
	expect_failure 1 '(NAME_UNKNOWN)'
}

locks() {
	it 'a locked image cannot be overwritten nor deleted'
	run acr repository update -n labrepos --image one:v1 --write-enabled false
	expect_success
	expect_out_has '"writeEnabled": false' '"deleteEnabled": true'
	run skopeo copy -q oci:one-v2 "docker://$server/one:v1"
	expect_status 1
	run acr repository delete -n labrepos --image one:v1 --yes
	expect_status 1
	expect_out
	expect_err_has 'ERROR: (REGISTRY_DISALLOWED_OPERATION)'
	run acr repository untag -n labrepos --image one:v1
	expect_failure 1 REGISTRY_DISALLOWED_OPERATION
	run acr repository update -n labrepos --image one:v1 --write-enabled true --query changeableAttributes.writeEnabled
	expect_success
	expect_out true
	run skopeo copy -q oci:one-v1 "docker://$server/one:v1"
	expect_status 0

	it 'a locked repository cannot be deleted, a hidden one is not listed'
	run acr repository update -n labrepos --repository two/three --delete-enabled false --list-enabled false
	expect_success
	run acr repository delete -n labrepos --repository two/three --yes
	expect_failure 1 REGISTRY_DISALLOWED_OPERATION
	expect_value one acr repository list -n labrepos -o tsv
	run acr repository update -n labrepos --repository two/three --delete-enabled true --list-enabled true
	expect_success
}

removals() {
	it 'repository untag: the manifest stays'
	run acr repository untag -n labrepos --image one:latest
	expect_success
	expect_out
	expect_value v3 acr manifest list-metadata -r labrepos -n one --query "[?digest=='$digest'].tags[]" -o tsv

	it 'repository delete without a terminal and without --yes does nothing'
	run acr repository delete -n labrepos --image one:v3
	expect_failure 1 'Use --yes.'
	run acr repository delete -n labrepos --repository one
	expect_failure 1 'Use --yes.'
	expect_value 3 acr repository show-tags -n labrepos --repository one --query 'length(@)'

	it 'repository delete --image: the manifest with all its tags'
	run skopeo copy -q oci:one-v3 "docker://$server/one:again"
	run acr repository delete -n labrepos --image one:v3 --yes
	expect_status 0
	expect_out
	expect_err "WARNING: This operation will delete the manifest '$digest' and all the following images: 'one:again', 'one:v3'"
	run acr repository show-tags -n labrepos --repository one -o tsv
	expect_out v1 v2
	run skopeo inspect "docker://$server/one@$digest"
	expect_status 1

	it 'repository delete --repository'
	run acr repository delete -n labrepos --repository one --yes
	expect_status 0
	expect_out_has '"manifestsDeleted": [' '"tagsDeleted": ['
	expect_value two/three acr repository list -n labrepos -o tsv
	run acr repository delete -n labrepos --repository one --yes
	expect_failure 1 NAME_UNKNOWN
}
