# shellcheck shell=bash
# Secrets: not in --debug output, not in files that others can read.

part_secrets() {
	umask 0
	mkdir secret && cd secret || return
	run acr group create -n lab-secret -l westeurope
	run acr create -n labsecret -g lab-secret --sku Standard --admin-enabled
	export DOCKER_CONFIG=$PWD/docker ACR_CACHE_DIR=$PWD/cache
	password=$(acr credential show -n labsecret --query 'passwords[0].value' -o tsv)
	printf '%s' "$password" >"$scratch/password.txt"
	printf 'FROM mcr.microsoft.com/hello-world\n' >Dockerfile
	debug_output
	files_of_others
	umask 022
	export ACR_CACHE_DIR=$scratch/cache DOCKER_CONFIG=$scratch/state/docker
	run acr group delete -n lab-secret --yes
}

# Nothing of it on stderr: no token, no password, no signature.
expect_no_secret() {
	printf '%s\n' "$AZURE_CLIENT_SECRET" "$password" eyJ swordfish >"$scratch/secrets"
	grep -nF -f "$scratch/secrets" "$scratch/err" >"$scratch/found" && problem "secrets on stderr: $(cat "$scratch/found")"
	grep -nE '[?&]sig=[^*&]{8}' "$scratch/err" >"$scratch/found" && problem "signatures on stderr: $(cat "$scratch/found")"
	return 0
}

debug_output() {
	it '--debug shows requests, not secrets'
	run acr repository list -n labsecret --debug
	expect_status 0
	expect_err_has '/oauth2/token' '/oauth2/exchange' '/v2/_catalog'
	expect_no_secret
	run acr login -n labsecret --debug
	expect_status 0
	expect_no_secret
	run acr login -n labsecret -u labsecret -p "@$scratch/password.txt" --debug
	expect_status 0
	expect_no_secret
	run acr credential show -n labsecret --debug
	expect_status 0
	expect_err_has listCredentials
	expect_no_secret

	it '--debug of a build: neither signatures nor secret arguments'
	run acr build -r labsecret -t a:1 . --secret-build-arg word=swordfish --debug
	expect_status 0
	expect_err_has scheduleRun listBuildSourceUploadUrl
	expect_no_secret
}

files_of_others() {
	it 'what is written is for its owner only, whatever the umask'
	run_shell 'find cache docker -perm /077'
	expect_success
	expect_out
	run_shell 'find cache docker -type f | grep -c .'
	expect_status 0

	it 'no secret in any file that others can read'
	printf '%s\n' "$AZURE_CLIENT_SECRET" eyJ >"$scratch/patterns"
	chmod 600 "$scratch/patterns" "$scratch"/{out,err,secrets,found,password.txt}
	run_shell "find '$scratch' -type d ! -perm /077 -prune -o -type f -perm /044 -print0 |
		xargs -0r grep -laF -f '$scratch/patterns'"
	expect_out
}
