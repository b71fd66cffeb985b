# shellcheck shell=bash
# acr login and the admin account: other programs find what was stored, and nothing else is needed for it.

part_signing_in() {
	run acr group create -n lab-login -l westeurope
	run acr create -n lablogin -g lab-login --sku Standard
	run acr create -n labloginb -g lab-login --sku Standard
	server=$(acr show -n lablogin --query loginServer -o tsv)
	server_b=$(acr show -n labloginb --query loginServer -o tsv)
	make_image image 'to be pushed'
	stored_for_docker
	stored_elsewhere
	admin_account
	printed_token
	credential_helper
	clouds
	run acr group delete -n lab-login --yes
}

# skopeo with nothing in its environment but where the credentials and the CA certificates are, and an empty folder in
# place of that of the user's session.
plain_skopeo() {
	mkdir -p "$scratch/runtime"
	run env -i PATH="$PATH" HOME="$scratch/nobody" XDG_RUNTIME_DIR="$scratch/runtime" \
		"DOCKER_CONFIG=$PWD/docker" "SSL_CERT_FILE=$SSL_CERT_FILE" skopeo "$@"
}

stored_for_docker() {
	it 'login needs no docker, nor anything else in PATH'
	export DOCKER_CONFIG=$PWD/docker
	run env PATH=/nonexistent "$build/acr" login -n lablogin
	expect_success
	expect_out 'Login Succeeded'
	expect 'the credential is private' same "$(stat -c %a docker/config.json)" 600

	it 'skopeo pushes and pulls with what was stored'
	plain_skopeo copy -q oci:image "docker://$server/pushed:v1"
	expect_success
	plain_skopeo copy -q "docker://$server/pushed:v1" dir:pulled
	expect_success
	run_shell 'zcat pulled/* 2>/dev/null | grep -aq "to be pushed"'
	expect_status 0
	plain_skopeo list-tags "docker://$server_b/pushed"
	expect_status 1

	it 'login keeps what else is in the file, and other registries'
	printf '{"auths":{"example.com":{"auth":"eDp5"}},"proxies":{"x":1},"HttpHeaders":{"a":"b"}}' >docker/config.json
	run acr login -n lablogin
	expect_success
	run acr login -n "$server_b"
	expect_success
	run_shell "acr query '[keys(auths), [auths.\"example.com\".auth, HttpHeaders.a]][]' -o tsv <docker/config.json"
	expect_success
	expect_out example.com "$server" "$server_b" eDp5 b

	it '40 logins at once leave a sound file with all registries'
	rm docker/config.json
	for number in $(seq 20); do
		acr login -n lablogin >"login-$number.out" 2>&1 &
		acr login -n labloginb >"login-b-$number.out" 2>&1 &
	done
	wait_for_all
	expect 'all succeed' same "$(cat login-*.out | sort | uniq -c | tr -s ' ')" ' 40 Login Succeeded'
	run_shell "acr query 'sort(keys(auths))' -o tsv <docker/config.json"
	expect_success
	expect_out "$(printf '%s\n' "$server" "$server_b" | sort)"
}

# All background processes but the emulator.
wait_for_all() {
	local pid
	for pid in $(jobs -p); do
		[ "$pid" = "$emulator" ] || wait "$pid"
	done
}

stored_elsewhere() {
	it 'a credential helper gets the secret through its stdin'
	cat >"$scratch/bin/docker-credential-lab" <<-END
		#!/bin/sh
		echo "\$*" >>"$PWD/helper.arguments"
		cat >"$PWD/helper.input"
	END
	chmod +x "$scratch/bin/docker-credential-lab"
	printf '{"credsStore":"lab"}' >docker/config.json
	run acr login -n lablogin
	expect_success
	expect 'called to store' same "$(cat helper.arguments)" store
	run_shell 'acr query "[ServerURL, Username, starts_with(Secret, '\'eyJ\'')]" -o tsv <helper.input'
	expect_success
	expect_out "$server" '<token>' true
	run grep -c eyJ docker/config.json
	expect_out 0

	it 'a credential helper that is not there is named'
	printf '{"credsStore":"missing"}' >docker/config.json
	run acr login -n lablogin
	expect_failure 1 docker-credential-missing

	it 'podman has a file of its own'
	echo '{}' >docker/config.json
	run env "REGISTRY_AUTH_FILE=$PWD/auth.json" acr login -n lablogin
	expect_success
	run env -i PATH="$PATH" HOME="$scratch/nobody" "SSL_CERT_FILE=$SSL_CERT_FILE" skopeo list-tags \
		--authfile auth.json "docker://$server/pushed"
	expect_success
	expect_out_has '"v1"'
	expect 'the file is private' same "$(stat -c %a auth.json)" 600
}

admin_account() {
	it 'credential show: only with the admin account enabled'
	run acr credential show -n lablogin
	expect_failure 1 "'acr update -n lablogin --admin-enabled true'"
	run acr update -n lablogin --admin-enabled true --query adminUserEnabled
	expect_success
	expect_out true
	run acr credential show -n lablogin --query '[username, passwords[].name][]' -o tsv
	expect_success
	expect_out lablogin password password2

	it 'login -u -p with the admin account'
	password=$(acr credential show -n lablogin --query 'passwords[1].value' -o tsv)
	run acr login -n lablogin -u lablogin -p "$password"
	expect_status 0
	expect_out 'Login Succeeded'
	plain_skopeo list-tags "docker://$server/pushed"
	expect_success
	printf '%s\n' "$password" >password.txt
	run acr login -n lablogin -u lablogin -p @password.txt
	expect_success
	run acr repository list -n lablogin -u lablogin -p @password.txt -o tsv
	expect_success
	expect_out pushed

	it 'credential renew: the one password is another, the old one is refused, and nothing is stored'
	before=$(cat docker/config.json)
	other=$(acr credential show -n lablogin --query 'passwords[0].value' -o tsv)
	run acr credential renew -n lablogin --password-name password2 --query 'passwords[].value' -o tsv
	expect_success
	expect 'the first password stays' same "${out%%$'\n'*}" "$other"
	expect_out_lacks "$password"
	run acr login -n lablogin -u lablogin -p @password.txt
	expect_failure 1 'check the user name and the password'
	expect 'the file is as before' same "$(cat docker/config.json)" "$before"
	run acr login -n lablogin -u lablogin
	expect_failure 1 'Please specify both username and password in non-interactive mode.'
}

printed_token() {
	it 'login --expose-token prints and stores nothing'
	echo '{}' >docker/config.json
	run acr login -n lablogin --expose-token
	expect_status 0
	expect_out_has '"accessToken": "eyJ' "\"loginServer\": \"$server\"" '"refreshToken": "eyJ' \
		'"username": "00000000-0000-0000-0000-000000000000"'
	expect 'nothing stored' same "$(cat docker/config.json)" '{}'
	token=$(acr login -n lablogin --expose-token --query accessToken -o tsv 2>/dev/null)
	run skopeo list-tags --creds "00000000-0000-0000-0000-000000000000:$token" "docker://$server/pushed"
	expect_success
	run acr login -n lablogin --expose-token -u x -p y
	expect_failure 1 ''
	export DOCKER_CONFIG=$scratch/state/docker
}

credential_helper() {
	it 'with the credential helper, skopeo needs no login'
	rm -rf docker
	export DOCKER_CONFIG=$PWD/docker
	mkdir -p helper-bin
	cp "$build/acr" helper-bin/
	run env PATH="$PWD/helper-bin:/usr/bin:/bin" acr credential-helper install
	expect_success
	expect_out_has "$server" "$server_b" docker-credential-acr
	expect 'a link beside the program' test -L helper-bin/docker-credential-acr
	run env PATH="$PWD/helper-bin:/usr/bin:/bin" skopeo list-tags "docker://$server/pushed"
	expect_success
	expect_out_has v1

	it 'the helper makes one token for 20 requests at once'
	for number in $(seq 20); do
		echo "$server" | helper-bin/docker-credential-acr get >"helper-$number.out" 2>&1 &
	done
	wait_for_all
	run_shell 'cat helper-*.out | sort -u | grep -c "\"Username\":\"<token>\""'
	expect_success
	expect_out 1

	it 'a login that is handed to the helper is kept, and given up'
	run_shell "printf '{\"ServerURL\":\"https://other.example.com/v2/\",\"Username\":\"me\",\"Secret\":\"hush\"}' |
		helper-bin/docker-credential-acr store"
	expect_success
	run_shell 'echo other.example.com | helper-bin/docker-credential-acr get'
	expect_success
	expect_out_has '"Username":"me","Secret":"hush"'
	run helper-bin/docker-credential-acr list
	expect_out '{"other.example.com":"me"}'
	run_shell 'echo other.example.com | helper-bin/docker-credential-acr erase'
	expect_success
	run_shell 'echo other.example.com | helper-bin/docker-credential-acr get'
	expect_status 1
	expect_out 'credentials not found in native keychain'

	it 'what was installed can be taken back'
	run acr credential-helper uninstall -r lablogin
	expect_success
	run_shell 'acr query "keys(credHelpers)" -o tsv <docker/config.json'
	expect_out "$server_b"
	run acr credential-helper uninstall
	expect_success
	run_shell 'echo "$(cat docker/config.json)"'
	expect_out '{}'

	it 'as the store of all logins it has a token for each registry, and none for other servers'
	echo '{"credsStore": "acr"}' >docker/config.json
	run_shell "echo 'https://$server/v2/' | helper-bin/docker-credential-acr get"
	expect_success
	expect_out_has '"Username":"<token>"'
	run_shell "echo '$(acr_of_lab)' | helper-bin/docker-credential-acr get"
	expect_status 1
	expect_out 'credentials not found in native keychain'
	expect_err
	export DOCKER_CONFIG=$scratch/state/docker
}

clouds() {
	it 'a cloud is described, chosen and given up again'
	(
		export AZURE_CONFIG_DIR=$PWD/clouds
		unset AZURE_CLOUD_NAME
		acr cloud register -n Lab --endpoint-resource-manager "$(acr_of_lab)" --suffix-acr-login-server-endpoint .azurecr.lab \
			--endpoint-active-directory https://localhost/adfs --endpoint-active-directory-resource-id https://audience/ &&
			acr cloud update -n Lab --suffix-storage-endpoint core.lab &&
			acr cloud set -n Lab --only-show-errors &&
			acr cloud show --query '[name, suffixes.storageEndpoint]' -o tsv &&
			acr cloud set -n AzureCloud --only-show-errors &&
			acr cloud unregister -n Lab &&
			acr cloud list --query '[].name' -o tsv
	) >clouds.out 2>&1
	run cat clouds.out
	expect_out Lab core.lab AzureCloud AzureChinaCloud AzureUSGovernment AzureGermanCloud
}

# The emulator's own resource manager.
acr_of_lab() {
	(
		export AZURE_CONFIG_DIR=$scratch/state/azure
		acr cloud show -n AcrEmulator --query endpoints.resourceManager -o tsv
	)
}
