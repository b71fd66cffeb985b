# shellcheck shell=bash
# Completion as bash sees it: commands, options, and what the emulator knows; and a network that hangs.

completions=$PWD/completions

part_completing() {
	words_of_the_table
	what_is_there
	a_network_that_hangs
}

# completes LINE CANDIDATE…: exactly these, in that order, at the end of the line typed so far.
completes() {
	patiently is_offered "$@" || problem "'$1' is offered: ${out//$'\n'/ }, not: ${*:2}"
}

# offers LINE CANDIDATE…: these among others.
offers() {
	patiently is_among "$@" || problem "'$1' is not offered ${*:2}: ${out//$'\n'/ }"
}

# On a busy machine the services may take longer than a shell waits, and then the user tries again.
patiently() {
	local tries
	for tries in $(seq 20); do
		"$@" && return
		rm -f "$ACR_CACHE_DIR"/completion-*
		sleep "0.$((tries / 4))"
	done
	return 1
}

is_offered() {
	offered "$1"
	[ "$out" = "$(printf '%s\n' "${@:2}")" ]
}

is_among() {
	local candidate
	offered "$1"
	for candidate in "${@:2}"; do
		[[ $'\n'$out$'\n' == *$'\n'$candidate$'\n'* ]] || return 1
	done
}

# $out: what an interactive bash would show; it takes the line apart itself.
offered() {
	command_line=
	out=$(bash --norc --noprofile -c '
		. "$2"
		COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=() rest=$1
		# As readline splits: at blanks, and at the other breaks, which are words of their own.
		while [[ -n $rest ]]; do
			if [[ $rest =~ ^[[:space:]]+ ]]; then
				[[ $rest == "${BASH_REMATCH[0]}" ]] && COMP_WORDS+=("")
			elif [[ $rest =~ ^[=:@]+ || $rest =~ ^[^[:space:]=:@]+ ]]; then
				COMP_WORDS+=("${BASH_REMATCH[0]}")
			fi
			rest=${rest#"${BASH_REMATCH[0]}"}
		done
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_acr
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1" "$completions/acr.bash" 2>"$scratch/err")
}

words_of_the_table() {
	it 'completion: groups, commands and options'
	offers 'acr ' build task repository webhook
	completes 'acr rep' replication repository
	completes 'acr task ti' timer
	completes 'acr show --na' --name
	offers 'acr update --' --name --sku --admin-enabled --set
	it 'completion: choices, apart from their option and attached to it'
	completes 'acr create --sku ' Basic Standard Premium
	completes 'acr create --sku p' Premium
	completes 'acr create --sku=St' Standard
	completes 'acr show -o j' json jsonc
	completes 'acr show -oj' -ojson -ojsonc
	completes 'acr show -o=y' yaml yamlc
	completes 'acr show --output=ta' table
	it 'completion: the scripts of other shells can be read'
	if command -v zsh >/dev/null; then
		run zsh -n "$completions"/acr.zsh
		expect_success
	fi
	if command -v fish >/dev/null; then
		run fish -n "$completions"/acr.fish
		expect_success
	fi
}

what_is_there() {
	local digest identity=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/typed/providers
	identity+=/Microsoft.ManagedIdentity/userAssignedIdentities/typist
	acr group create -n typed -l westus -o none
	acr create -n typedlab -g typed --sku Premium --only-show-errors -o none
	acr update -n typedlab --data-endpoint-enabled true -o none
	printf 'FROM mcr.microsoft.com/hello-world\n' >"$scratch/Dockerfile"
	acr build -r typedlab -t app/web:v1 -t app/web:v2 "$scratch" --only-show-errors >/dev/null
	digest=$(acr repository show -n typedlab -t app/web:v1 --query digest -o tsv)
	acr replication create -r typedlab -l eastus -o none
	acr webhook create -r typedlab -n hookone --uri http://localhost:1 --actions push -o none
	acr task create -r typedlab -n nightly -c /dev/null --cmd true -o none
	acr token create -r typedlab -n mytoken --scope-map _repositories_pull --no-passwords --only-show-errors -o none
	acr cache create -r typedlab -n myrule -s docker.io/library/x -t x -o none
	acr credential-set create -r typedlab -n myset -l docker.io -u https://v.vault.azure.net/secrets/u \
		-p https://v.vault.azure.net/secrets/p -o none
	acr connected-registry create -r typedlab -n edge1 --repository app/web --yes --only-show-errors -o none
	acr agentpool create -r typedlab -n mypool --only-show-errors -o none
	acr rest -m put -u "$identity" --url-parameters api-version=2024-11-30 -b '{"location":"westus"}' -o none
	rm -rf "$ACR_CACHE_DIR"

	it 'completion: registries, groups and regions'
	offers 'acr show -n ' typedlab
	completes 'acr show -n typ' typedlab
	completes 'acr show --name=typ' typedlab
	completes 'acr list -g ty' typed
	offers 'acr create -l westus' westus westus2
	it 'completion: repositories, tags and digests'
	completes 'acr repository show -n typedlab --repository ' app/web
	completes 'acr repository show -n typedlab -t app' app/web
	completes 'acr repository show -n typedlab -t app/web:' v1 v2
	completes 'acr repository show -n typedlab --image app/web:v2' v2
	completes 'acr repository show -n typedlab --image=app/web:v' v1 v2
	completes 'acr repository delete -n typedlab -t app/web@' "${digest%%:*}:${digest#*:}"
	completes 'acr repository delete -n typedlab -t app/web@sha256:' "${digest#*:}"
	it 'completion: what belongs to a registry'
	completes 'acr webhook show -r typedlab -n ' hookone
	completes 'acr replication show -r typedlab -n ' eastus
	completes 'acr task show -r typedlab -n ' nightly
	completes 'acr task show-run -r typedlab --run-id ' cf1
	completes 'acr token show -r typedlab -n my' mytoken
	offers 'acr scope-map show -r typedlab -n ' _repositories_pull
	completes 'acr cache show -r typedlab -n ' myrule
	completes 'acr credential-set show -r typedlab -n ' myset
	completes 'acr connected-registry show -r typedlab -n ' edge1
	completes 'acr agentpool show -r typedlab -n ' mypool
	offers 'acr identity assign -n typedlab --identities ' "$identity"
}

# Time of a completion whose services do not answer, in milliseconds.
duration() {
	local before
	before=$(date +%s%N)
	offered "$1"
	echo $((($(date +%s%N) - before) / 1000000))
}

a_network_that_hangs() {
	local without with
	it 'completion: a service that hangs takes no longer than 0.3 s'
	mkdir -p "$scratch/hanging"
	# Nobody answers in the block for documentation, or the system says at once that there is no way to it.
	printf '[Hanging]\nendpoint_resource_manager = https://192.0.2.1\nendpoint_active_directory = https://192.0.2.1\n' \
		>"$scratch/hanging/clouds.config"
	local -x AZURE_CONFIG_DIR=$scratch/hanging AZURE_CLOUD_NAME=Hanging ACR_CACHE_DIR=$scratch/hanging/cache
	without=$(duration 'acr show --na')
	with=$(duration 'acr show -n ')
	# The machine may be busy: what bash itself takes is put aside, with a margin.
	[ $((with - without)) -lt 600 ] || problem "it took $((with - without)) ms"
}
