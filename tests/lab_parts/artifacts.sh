# shellcheck shell=bash
# What a registry does with images besides keeping them: streaming, retention, soft delete; imports and Helm charts.

part_artifacts() {
	az group create -n artifacts -l westus >/dev/null
	az acr create -n artifactlab -g artifacts --sku Premium --only-show-errors >/dev/null
	server=$(acr show -n artifactlab --query loginServer -o tsv)
	acr login -n artifactlab >/dev/null 2>&1
	for text in one two three; do make_image "$scratch/artifact-$text" "$text"; done
	artifact_streaming
	pushed_images_are_converted
	untagged_manifests
	days_pass
	deleted_manifests
	manifest_commands
	imported_images
	helm_charts
}

push() {
	skopeo copy -q "oci:$scratch/artifact-$1" "docker://$server/$2" >/dev/null 2>&1 || problem "$2 cannot be pushed"
}

count_manifests() {
	expect_value "$2" acr manifest list-metadata -r artifactlab -n "$1" --query 'length(@)' -o tsv
}

artifact_streaming() {
	it 'artifacts: a converted image has an artifact that refers to it'
	push one app/web:v1
	run acr artifact-streaming create -n artifactlab -t app/web:v1 --only-show-errors
	expect_success
	expect_out_has '"status": "Succeeded"'
	run acr manifest list-referrers -r artifactlab -n app/web:v1
	expect_success
	expect_out_has '"artifactType": "application/vnd.azure.artifact.streaming.v1"'
	run acr artifact-streaming create -n artifactlab -t app/web:v1
	expect_status 0
	expect_err_has 'already exists'
	run acr artifact-streaming operation show -n artifactlab -t app/web:v1
	expect_success
	expect_out_has '"status": "Succeeded"'

	it 'artifacts: a conversion is canceled'
	push two app/web:v2
	run acr artifact-streaming create -n artifactlab -t app/web:v2 --no-wait --only-show-errors
	expect_success
	run acr artifact-streaming operation cancel -n artifactlab -t app/web:v2
	expect_status 0
	expect_value Canceled acr artifact-streaming operation show -n artifactlab -t app/web:v2 --query status -o tsv
	run acr artifact-streaming operation cancel -n artifactlab -t app/web:v2
	expect_failure 1 'does not have any ongoing operation'
}

pushed_images_are_converted() {
	it 'artifacts: images are converted when they are pushed'
	run acr artifact-streaming update -n artifactlab --repository app/web --enable-streaming true
	expect_status 0
	run acr artifact-streaming show -n artifactlab --repository app/web
	expect_success
	expect_out_has '"convertPushedImages": true'
	push three app/web:v3
	run acr artifact-streaming operation show -n artifactlab -t app/web:v3
	expect_success
	for _ in {1..60}; do
		! acr manifest list-referrers -r artifactlab -n app/web:v3 | grep -q streaming || break
		sleep 1
	done
	run acr manifest list-referrers -r artifactlab -n app/web:v3
	expect_out_has vnd.azure.artifact.streaming
}

untagged_manifests() {
	it 'artifacts: the retention policy deletes what lost its last tag, but nothing that is locked'
	run acr config retention update -r artifactlab --type UntaggedManifests --status enabled --days 0
	expect_success
	expect_value $'0\nenabled' acr config retention show -r artifactlab --query '[days, status]' -o tsv
	push one keep/app:v1
	push two keep/app:v2
	push two keep/app:v1
	count_manifests keep/app 1
	push one keep/app:locked
	run acr repository update -n artifactlab -t "keep/app@$(acr manifest show-metadata -r artifactlab -n keep/app:locked \
		--query digest -o tsv)" --delete-enabled false
	expect_success
	run acr repository untag -n artifactlab -t keep/app:locked
	expect_success
	count_manifests keep/app 2
	run acr repository untag -n artifactlab -t keep/app:v1
	expect_success
	count_manifests keep/app 2
	run acr repository untag -n artifactlab -t keep/app:v2
	expect_success
	count_manifests keep/app 1
	run acr config retention update -r artifactlab --type UntaggedManifests --status disabled
	expect_success
}

# As if the emulator had been off for years: what is written down of the past is further in the past.
days_pass() {
	it 'artifacts: the retention policy is looked at when the emulator starts'
	run acr config retention update -r artifactlab --type UntaggedManifests --status enabled --days 30
	expect_success
	push one past/app:v1
	push two past/app:v2
	push three past/app:v3
	run acr repository untag -n artifactlab -t past/app:v1
	expect_success
	count_manifests past/app 3
	stop_emulator
	expect 'status 0' same "$?" 0
	sed -i -E 's/("untaggedAt":")[0-9]{4}/\12019/' \
		"$scratch"/state/registries/artifactlab/metadata/*.json
	find "$scratch/state/resources" -name '*.json' -exec grep -lF '"days":30' {} + |
		xargs sed -i -E 's/("retentionPolicy":\{"days":30,"lastUpdatedTime":")[0-9]{4}/\12018/'
	start_emulator
	for _ in {1..60}; do
		[ "$(acr manifest list-metadata -r artifactlab -n past/app --query 'length(@)' -o tsv)" != 2 ] || break
		sleep 1
	done
	count_manifests past/app 2
	run acr config retention update -r artifactlab --type UntaggedManifests --status disabled
	expect_success
}

deleted_manifests() {
	it 'artifacts: soft delete keeps what is deleted, and gives it back'
	run acr config soft-delete update -r artifactlab --status enabled --days 3 --yes --only-show-errors
	expect_success
	expect_value $'3\nenabled' acr config soft-delete show -r artifactlab --query '[retentionDays, status]' -o tsv
	push one soft/app:v1
	run acr manifest delete -r artifactlab -n soft/app:v1 --yes
	expect_success
	run acr repository list-deleted -n artifactlab -o tsv
	expect_status 0
	expect_out_has soft/app
	run acr manifest list-deleted -r artifactlab -n soft/app
	expect_status 0
	expect_out_has '"v1"'
	run acr manifest list-deleted-tags -r artifactlab -n soft/app
	expect_status 0
	expect_out_has '"tag": "v1"'
	run acr manifest restore -r artifactlab -n soft/app:v1 --yes
	expect_status 0
	expect_value v1 acr repository show-tags -n artifactlab --repository soft/app --query '[]' -o tsv
	run acr config soft-delete update -r artifactlab --status disabled --yes --only-show-errors
	expect_success
}

manifest_commands() {
	it 'artifacts: manifests are shown, listed and locked'
	run acr manifest show -r artifactlab -n soft/app:v1
	expect_status 0
	expect_out_has '"schemaVersion": 2'
	run acr manifest list -r artifactlab -n soft/app
	expect_status 0
	run acr manifest update-metadata -r artifactlab -n soft/app:v1 --write-enabled false
	expect_status 0
	expect_value false acr manifest show-metadata -r artifactlab -n soft/app:v1 \
		--query changeableAttributes.writeEnabled -o tsv
	run acr manifest metadata update -r artifactlab -n soft/app:v1 --write-enabled true --only-show-errors
	expect_status 0
	run acr manifest metadata show -r artifactlab -n soft/app:v1 --only-show-errors
	expect_status 0
	expect_out_has '"writeEnabled": true'
	run acr manifest metadata list -r artifactlab -n soft/app --only-show-errors
	expect_status 0
	run acr repository show-manifests -n artifactlab --repository soft/app --only-show-errors
	expect_status 0
}

imported_images() {
	it 'artifacts: an image is imported under another name'
	run acr import -n artifactlab -r artifactlab --source soft/app:v1 -t imported/app:v1
	expect_status 0
	expect_value v1 acr repository show-tags -n artifactlab --repository imported/app --query '[]' -o tsv
}

helm_charts() {
	it 'artifacts: Helm charts are kept, listed and deleted'
	mkdir -p mychart
	printf 'apiVersion: v1\nname: mychart\nversion: 0.1.0\n' >mychart/Chart.yaml
	tar -czf mychart-0.1.0.tgz mychart
	tar -czf mychart-0.2.0.tgz mychart
	for version in 0.1.0 0.2.0; do
		run acr helm push -n artifactlab mychart-$version.tgz --only-show-errors
		expect_status 0
	done
	run acr helm push -n artifactlab mychart-0.2.0.tgz --only-show-errors
	expect_failure 1 'is there already'
	run acr helm push -n artifactlab mychart-0.2.0.tgz --force --only-show-errors
	expect_status 0
	expect_value $'0.2.0\n0.1.0' acr helm list -n artifactlab --query 'mychart[].version' -o tsv --only-show-errors
	expect_value 0.1.0 acr helm show -n artifactlab mychart --version 0.1.0 --query version -o tsv --only-show-errors
	run acr helm delete -n artifactlab mychart --version 0.1.0 --yes --only-show-errors
	expect_status 0
	run acr helm delete -n artifactlab mychart --yes --only-show-errors
	expect_status 0
	run acr helm show -n artifactlab mychart --only-show-errors
	expect_failure 3 'chart not known to registry'

	it 'artifacts: helm itself, where there is one'
	printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >"$scratch/bin/helm"
	chmod +x "$scratch/bin/helm"
	run acr helm repo add -n artifactlab --only-show-errors
	expect_status 0
	expect_out_has repo "https://$server/helm/v1/repo"
	rm "$scratch/bin/helm"
	run acr helm install-cli --source-url "https://$server/nowhere" --install-location "$scratch/bin/helm" --yes \
		--only-show-errors
	[ "$status" != 0 ] || problem 'nothing can be installed from there'
	[ ! -e "$scratch/bin/helm" ] || problem 'something was installed'
}
