# shellcheck shell=bash
# How much is asked of the service: few requests, few connections, one sign-in for many processes.

part_counting() {
	run acr group create -n lab-count -l westeurope
	run acr create -n labcount -g lab-count --sku Standard
	server=$(acr show -n labcount --query loginServer -o tsv)
	run acr login -n labcount
	make_image image counted
	run skopeo copy -q oci:image "docker://$server/counted:v1"
	requests_of_lists
	one_sign_in_for_many
	requests_of_a_build
	run acr group delete -n lab-count --yes
}

# expect_requests MOST [PATTERN]: not more of them, and no host was connected to twice.
expect_requests() {
	local count
	count=$(request_count "${2:-.}")
	[ "$count" -le "$1" ] || problem "$count requests, not $1:"$'\n'"$(requests)"
	[ -z "$(hosts_connected_twice)" ] || problem "more than one connection to $(hosts_connected_twice):"$'\n'"$(requests)"
}

requests_of_lists() {
	it 'repository list: at most 5 requests from nothing, 1 from then on'
	rm -rf "$ACR_CACHE_DIR"
	requests_begin
	expect_value counted acr repository list -n labcount -o tsv
	expect_requests 5
	requests_begin
	expect_value counted acr repository list -n labcount -o tsv
	expect_requests 1 ' -> 200 '
	expect_requests 1

	it 'other data commands: 1 or 2 more'
	requests_begin
	expect_value v1 acr repository show-tags -n labcount --repository counted -o tsv
	expect_requests 2
	requests_begin
	expect_value v1 acr repository show-tags -n labcount --repository counted -o tsv
	expect_requests 1

	it 'show: 2 requests, with -g 1'
	requests_begin
	expect_value labcount acr show -n labcount --query name -o tsv
	expect_requests 2
	requests_begin
	expect_value labcount acr show -n labcount -g lab-count --query name -o tsv
	expect_requests 1
}

one_sign_in_for_many() {
	local number pids=() pid failed=0
	it '50 processes at once from nothing: one sign-in, one exchange'
	rm -rf "$ACR_CACHE_DIR"
	requests_begin
	for number in $(seq 50); do
		acr repository list -n labcount -o tsv >"list-$number.out" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	command_line='50 times acr repository list' out=$(sort list-*.out | uniq -c) err=$(requests)
	expect 'none fails' same "$failed" 0
	expect 'all print the same' same "$(cat list-*.out | sort | uniq -c | tr -s ' ')" ' 50 counted'
	expect 'one sign-in' same "$(request_count '^POST .*/adfs/oauth2/token')" 1
	expect 'one exchange' same "$(request_count '/oauth2/exchange')" 1
	expect 'one token' same "$(request_count "^POST $server/oauth2/token")" 1
	expect '50 lists' same "$(request_count '/v2/_catalog')" 50
}

requests_of_a_build() {
	local agent=$server
	it 'a build: nothing is asked twice but its log and status, over one connection to a host'
	printf 'FROM mcr.microsoft.com/hello-world\n' >Dockerfile
	requests_begin
	run acr build -r labcount -t built:v1 .
	expect_status 0
	# The registry was asked by the agent alone.
	out=$(requests | grep -vF " $agent/")
	err=
	expect 'one look-up' same "$(grep -c '^GET .*/resources ' <<<"$out")" 1
	expect 'one upload' same "$(grep -c '^PUT ' <<<"$out")" 1
	expect 'nothing twice' same "$(grep -vE 'rawtext.log |/runs/cf1 ' <<<"$out" | cut -d' ' -f1,2 | sort | uniq -d)" ''
	expect 'two connections' same "$(grep -oE 'port [0-9]+' <<<"$out" | sort -u | wc -l)" 2
}
