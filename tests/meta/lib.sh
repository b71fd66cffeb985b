# shellcheck shell=bash
# TAP for shell tests: `check WHAT COMMAND…` runs the command and reports; its output is shown when it fails.
tap_count=0
tap_failed=0

check() {
	tap_what=$1
	shift
	tap_count=$((tap_count + 1))
	if tap_output=$("$@" 2>&1); then
		echo "ok $tap_count - $tap_what"
	else
		printf '%s\n' "$tap_output"
		echo "not ok $tap_count - $tap_what"
		tap_failed=$((tap_failed + 1))
	fi
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # skip $2"
}

finish() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
}
