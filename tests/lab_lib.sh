# shellcheck shell=bash
# An emulator in a scratch folder, and tests of commands that print TAP.
#
#	it 'what is tested'            begins a test and ends the one before
#	run COMMAND…                   runs it: $out, $err, $status
#	expect_status 0                … and so on: what is not as expected is remembered, and the test goes on
#
# Nothing is left behind: neither processes nor files, however the tests end.

tap_count=0
tap_failed=0
tap_what=
tap_problems=
out=
err=
status=
command_line=
scratch=
emulator=
build=${ACR_TEST_BUILD:-$PWD/build}
# No command takes as long; a hanging one must not hang the tests.
command_limit=300

# ---- TAP -------------------------------------------------------------------------------------------------------------

it() {
	end_of_test
	tap_what=$1
	tap_problems=
}

end_of_test() {
	[ -n "$tap_what" ] || return 0
	tap_count=$((tap_count + 1))
	if [ -z "$tap_problems" ]; then
		echo "ok $tap_count - $tap_what"
	else
		printf '%s\n' "$tap_problems"
		echo "not ok $tap_count - $tap_what"
		tap_failed=$((tap_failed + 1))
	fi
	tap_what=
}

skip() {
	end_of_test
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # skip $2"
}

# Remember what is wrong, and what the last command said: that just once.
problem() {
	tap_problems+="$1"$'\n'
	[ -n "$command_line" ] || return 0
	tap_problems+="    \$ $command_line"$'\n'"    status $status"$'\n'"    --- stdout"$'\n'"${out:0:4000}"
	tap_problems+=$'\n'"    --- stderr"$'\n'"${err:0:4000}"$'\n'
	command_line=
}

# ---- commands and what is expected of them ---------------------------------------------------------------------------

take_output() {
	out=$(cat "$scratch/out" && echo x)
	out=${out%x}
	err=$(cat "$scratch/err" && echo x)
	err=${err%x}
}

run() {
	command_line="$*"
	timeout --foreground "$command_limit" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	take_output
}

# As typed by a person who answers a question: answered ANSWER COMMAND…
answered() {
	local answer=$1
	shift
	command_line="$*"
	printf '%s\n' "$answer" | timeout --foreground "$command_limit" script -qec "$*" /dev/null \
		>"$scratch/out" 2>"$scratch/err"
	status=$?
	take_output
	out=${out//$'\r'/}
}

# A command line of a shell, as the seed documents have them.
run_shell() {
	run bash -c "$1"
}

expect_status() {
	[ "$status" = "$1" ] || problem "exit status $status, not $1"
}

# Exactly these lines, or nothing at all.
# shellcheck disable=SC2120
expect_out() {
	local text=
	[ $# = 0 ] || printf -v text '%s\n' "$@"
	[ "$out" = "$text" ] || problem "stdout is not:"$'\n'"$text"
}

# shellcheck disable=SC2120
expect_err() {
	local text=
	[ $# = 0 ] || printf -v text '%s\n' "$@"
	[ "$err" = "$text" ] || problem "stderr is not:"$'\n'"$text"
}

# Whether a text is as a shell pattern says. Not [[ ]], to which "(y/n)" would be a pattern, too.
like() {
	# shellcheck disable=SC2254
	case $1 in $2) return 0 ;; esac
	return 1
}

# Each of these patterns somewhere in it.
expect_out_has() {
	local pattern
	for pattern; do
		like "$out" "*$pattern*" || problem "stdout has no '$pattern'"
	done
}

expect_err_has() {
	local pattern
	for pattern; do
		like "$err" "*$pattern*" || problem "stderr has no '$pattern'"
	done
}

expect_out_lacks() {
	! like "$out" "*$1*" || problem "stdout has '$1'"
}

expect_err_lacks() {
	! like "$err" "*$1*" || problem "stderr has '$1'"
}

expect_success() {
	expect_status 0
	[ -z "$err" ] || problem 'stderr is not empty'
}

# A failure: this status, nothing on stdout, one line that says why.
expect_failure() {
	expect_status "$1"
	[ -z "$out" ] || problem 'stdout is not empty'
	expect_one_error "$2"
}

expect_one_error() {
	local line=${err%$'\n'}
	if [ "$err" != "$line"$'\n' ] || like "$line" $'*\n*' || ! like "$line" "ERROR: *$1*"; then
		problem "stderr is not one line 'ERROR: …$1…'"
	fi
}

# expect WHAT COMMAND…: the command succeeds.
expect() {
	local what=$1
	shift
	"$@" >/dev/null 2>&1 || problem "not so: $what"
}

same() {
	[ "$1" = "$2" ]
}

# expect_value VALUE COMMAND…: what a command prints, the line end apart.
expect_value() {
	local value=$1
	shift
	run "$@"
	expect_success
	[ "$out" = "$value"$'\n' ] || problem "stdout is not '$value'"
}

# ---- the emulator ----------------------------------------------------------------------------------------------------

# What users and CI systems set must not steer the programs under test.
forget_environment() {
	local name
	for name in $(compgen -e); do
		case $name in
		AZURE_* | ACR_* | DOCKER_* | REGISTRY_AUTH* | REQUESTS_* | CURL_* | SSL_CERT* | XDG_* | LC_* | *_proxy | *_PROXY)
			unset "$name"
			;;
		esac
	done
	export LC_ALL=C.UTF-8
}

make_scratch() {
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/acr-lab.XXXXXX")
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	export HOME=$scratch/home TMPDIR=$scratch/tmp
	mkdir "$scratch/bin" "$HOME" "$TMPDIR" "$scratch/work"
	# Called `az`, the program takes the Azure CLI's command lines as they stand.
	ln -s "$build/acr" "$scratch/bin/acr"
	ln -s "$build/acr" "$scratch/bin/az"
	export PATH=$scratch/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
}

# Start it, or start it again, and take its environment.
start_emulator() {
	local line='' mortal=()
	# It ends with this script, even when that is killed.
	! command -v setpriv >/dev/null || mortal=(setpriv --pdeathsig TERM)
	rm -f "$scratch/ready"
	mkfifo "$scratch/ready"
	"${mortal[@]}" "$build/acr-emulator" --state "$scratch/state" --verbose >"$scratch/ready" 2>>"$scratch/emulator.log" &
	emulator=$!
	read -r -t "$command_limit" line <"$scratch/ready"
	case $line in
	ready*) ;;
	*)
		echo "The emulator did not start: $line"
		tail -n 20 "$scratch/emulator.log"
		exit 1
		;;
	esac
	# shellcheck disable=SC1091
	. "$scratch/state/env"
	export ACR_CACHE_DIR=$scratch/cache
}

# Its exit status.
stop_emulator() {
	local pid=$emulator
	emulator=
	kill "$pid" && wait "$pid"
}

# Processes that were given the scratch folder, in their arguments or their environment, the emulator apart: one a line
# with its arguments.
left_running() {
	local found pid
	# Nothing else runs meanwhile; the search itself has no such environment.
	found=$(env -i grep -lsF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ <<<"$scratch")
	# shellcheck disable=SC2013
	for pid in $(sed -E 's|/proc/([0-9]+)/.*|\1|' <<<"$found" | sort -un); do
		[ "$pid" = "$emulator" ] || ! [ -d "/proc/$pid" ] ||
			echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
	done
}

# Layers of images have folders that nobody may write to, and files of a user's subordinate ids.
remove_scratch() {
	rm -rf "$scratch" 2>/dev/null && return
	chmod -R u+rwX "$scratch" 2>/dev/null
	rm -rf "$scratch" 2>/dev/null || buildah unshare rm -rf "$scratch"
}

clean_up() {
	local exit_status=$? pid
	trap - EXIT
	[ -z "$emulator" ] || stop_emulator
	for pid in $(left_running | cut -d' ' -f1); do
		kill -KILL "$pid" 2>/dev/null
	done
	remove_scratch
	exit "$exit_status"
}

# ---- what the emulator was asked -------------------------------------------------------------------------------------

requests_begin() {
	requests_from=$(($(wc -l <"$scratch/emulator.log") + 1))
}

# Lines "METHOD HOST/PATH -> STATUS (port N)" since then.
requests() {
	tail -n "+$requests_from" "$scratch/emulator.log" | cut -d' ' -f2-
}

# How many of them there were, and with a pattern, of that kind.
request_count() {
	requests | grep -cE -e "${1:-.}"
}

# Hosts that more than one connection was made to.
hosts_connected_twice() {
	requests | sed -E 's|^[A-Z]+ ([^/]+)/.*\(port ([0-9]+)\)$|\1 \2|' | sort -u | cut -d' ' -f1 | uniq -d
}

no_containers='this user has no range in /etc/subuid, or newuidmap is missing'

# Whether this user can run containers: others than the superuser need a range of subordinate ids.
can_run_containers() {
	[ "$(id -u)" = 0 ] || { command -v newuidmap >/dev/null && grep -q "^$(id -un):" /etc/subuid 2>/dev/null; }
}

# ---- images ----------------------------------------------------------------------------------------------------------

put_blob() {
	local digest
	digest=$(sha256sum "$2" | cut -d' ' -f1)
	mv "$2" "$1/blobs/sha256/$digest"
	echo "$digest"
}

# make_image FOLDER TEXT: an image of one layer with a file of that text, as an OCI layout.
make_image() {
	local folder=$1 layer config manifest size
	mkdir -p "$folder/blobs/sha256" "$folder/root"
	printf '%s\n' "$2" >"$folder/root/text"
	tar -C "$folder/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$folder/layer" .
	rm -r "$folder/root"
	size=$(stat -c %s "$folder/layer")
	layer=$(put_blob "$folder" "$folder/layer")
	printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$layer" >"$folder/config"
	config=$(stat -c %s "$folder/config")
	config="\"digest\":\"sha256:$(put_blob "$folder" "$folder/config")\",\"size\":$config"
	printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{"mediaType":"%s.config.v1+json",%s},"layers":[{"mediaType":"%s.layer.v1.tar","digest":"sha256:%s","size":%s}]}' \
		application/vnd.oci.image application/vnd.oci.image "$config" application/vnd.oci.image "$layer" "$size" \
		>"$folder/manifest"
	manifest=$(stat -c %s "$folder/manifest")
	manifest="\"digest\":\"sha256:$(put_blob "$folder" "$folder/manifest")\",\"size\":$manifest"
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",%s}]}' \
		"$manifest" >"$folder/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$folder/oci-layout"
}

# make_shell_context FOLDER: a context whose image has sh, sleep and cat, taken from this machine.
make_shell_context() {
	local program library
	mkdir -p "$1/root/bin"
	for program in sh sleep cat; do
		cp -L "$(command -v "$program")" "$1/root/bin/$program"
		for library in $(ldd "$(command -v "$program")" | grep -oE '/[^ ]+'); do
			mkdir -p "$1/root${library%/*}"
			cp -L "$library" "$1/root$library"
		done
	done
	printf 'FROM scratch\nCOPY root /\nCMD ["/bin/sh"]\n' >"$1/Dockerfile"
}
