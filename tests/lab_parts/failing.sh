# shellcheck shell=bash
# Wrong input and broken surroundings: one line on stderr, the right exit status, nothing changed.

part_failing() {
	run acr group create -n lab-fail -l westeurope
	run acr create -n labfail -g lab-fail --sku Standard
	mkdir context && printf 'FROM mcr.microsoft.com/hello-world\n' >context/Dockerfile
	requests_begin
	contexts_that_are_wrong
	it 'none of these asked for a run'
	command_line='requests' out=$(requests)
	expect 'no run' same "$(request_count scheduleRun)" 0
	expect_value 0 acr task list-runs -r labfail --query 'length(@)'
	usage_errors
	surroundings_that_are_wrong
	run acr group delete -n lab-fail --yes
}

contexts_that_are_wrong() {
	it 'a context that is not there, is a file, or has no Dockerfile'
	run acr build -r labfail -t x:1 missing
	expect_failure 1 "'missing' doesn't exist."
	run acr build -r labfail -t x:1 context/Dockerfile
	expect_failure 1 'Source location should be a local directory path or remote URL'
	mkdir empty
	run acr build -r labfail -t x:1 empty
	expect_failure 1 "Unable to find 'empty/Dockerfile'."
	run acr build -r labfail -t x:1 -f context/Other context
	expect_failure 1 "Unable to find 'context/Other'."
	run acr run -r labfail empty
	expect_failure 1 "acb.yaml"

	it 'a Dockerfile that is a dangling link'
	mkdir dangling && ln -s nowhere dangling/Dockerfile
	run acr build -r labfail -t x:1 dangling
	expect_failure 1 "dangling/Dockerfile"

	if [ "$(id -u)" = 0 ]; then
		skip 'a file of the context that cannot be read' 'the superuser can read all files'
	else
		it 'a file of the context that cannot be read'
		mkdir unreadable && cp context/Dockerfile unreadable && touch unreadable/file && chmod 0 unreadable/file
		run acr build -r labfail -t x:1 unreadable
		expect_status 1
		expect_err_has "ERROR: cannot read 'file': Permission denied"
	fi

	it 'values that are wrong'
	run acr build -r labfail -t x:1 --platform bogus context
	expect_failure 1 "'bogus' is not a valid value for OS specified in --platform."
	run acr build -r labfail -t x:1 --timeout 10 context
	expect_failure 2 'argument --timeout: 10 is too small'
	run acr run -r labfail --cmd x -f y context
	expect_status 1
}

usage_errors() {
	it 'usage errors: exit 2, one line, and no request'
	requests_begin
	run acr bogus
	expect_failure 2 "'bogus' is misspelled or not recognized by the system."
	run acr show
	expect_failure 2 'the following arguments are required: --name/-n'
	run acr show -n labfail --bogus
	expect_failure 2 'unrecognized arguments: --bogus'
	run acr create -n labfailnew -g lab-fail --sku Bogus
	expect_failure 2 "'Bogus' is not a valid value for '--sku'. Allowed values: Basic, Standard, Premium."
	run acr show -n labfail --query 'a['
	expect_failure 2 'argument --query:'
	run acr build -r labfail
	expect_failure 2 'the following arguments are required: <SOURCE_LOCATION>'
	expect 'no request' same "$(request_count)" 0
}

surroundings_that_are_wrong() {
	local cold=$scratch/cold-cache
	it 'a wrong secret'
	run env ACR_CACHE_DIR="$cold" AZURE_CLIENT_SECRET=wrong acr show -n labfail
	expect_failure 1 AADSTS
	run env ACR_CACHE_DIR="$cold" AZURE_CLIENT_SECRET=wrong acr repository list -n labfail
	expect_failure 1 AADSTS
	run env ACR_CACHE_DIR="$cold" AZURE_CLIENT_SECRET=wrong acr login -n labfail
	expect_failure 1 AADSTS

	it 'nobody is signed in'
	run env -u AZURE_CLIENT_ID -u AZURE_CLIENT_SECRET -u AZURE_TENANT_ID -u AZURE_CONFIG_DIR -u AZURE_SUBSCRIPTION_ID \
		ACR_CACHE_DIR="$cold" acr show -n labfail
	expect_failure 1 "az login"

	it 'a certificate that is not trusted'
	run env ACR_CACHE_DIR="$cold" ACR_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt acr show -n labfail
	expect_failure 1 certificate
	run env ACR_CACHE_DIR="$cold" ACR_CA_BUNDLE="$scratch/none.pem" acr show -n labfail
	expect_failure 1 "$scratch/none.pem"

	it 'a service that does not answer'
	cp -r "$AZURE_CONFIG_DIR" "$scratch/unreachable"
	# Port 1 of loopback: nobody listens there.
	sed -i -E 's|https://localhost:[0-9]+|https://localhost:1|' "$scratch/unreachable/clouds.config"
	run env ACR_CACHE_DIR="$cold" AZURE_CONFIG_DIR="$scratch/unreachable" acr show -n labfail
	expect_failure 1 'localhost:1'

	it 'a standard output that is full'
	run_shell 'acr account list-locations >/dev/full'
	expect_status 1
	expect_one_error ''

	it 'nothing has changed'
	expect_value '[]' acr repository list -n labfail
	expect_value labfail acr list -g lab-fail --query '[].name' -o tsv
}
