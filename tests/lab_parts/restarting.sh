# shellcheck shell=bash
# The emulator stops and starts again: it loses nothing, and leaves nothing running.

part_restarting() {
	local server
	run acr group create -n lab-again -l westeurope
	run acr create -n labagain -g lab-again --sku Premium --admin-enabled
	printf 'FROM mcr.microsoft.com/hello-world\n' >Dockerfile
	run acr build -r labagain -t kept:v1 .
	run acr repository update -n labagain --image kept:v1 --delete-enabled false
	run acr replication create -r labagain -l westus
	run acr login -n labagain
	server=$(acr show -n labagain --query loginServer -o tsv)
	state_of_labagain >before.txt

	it 'SIGTERM: the emulator ends with status 0 and leaves nothing running'
	stop_emulator
	expect 'status 0' same "$?" 0
	left=$(left_running)
	[ -z "$left" ] || problem "still running: $left"

	it 'while it is away: one line, exit 1'
	run acr show -n labagain
	expect_failure 1 'localhost:'
	run acr repository list -n labagain
	expect_failure 1 "$server"

	it 'started again it has the same registry, images and runs'
	start_emulator
	state_of_labagain >after.txt
	command_line=state out=$(diff before.txt after.txt) err=
	expect 'the same' cmp before.txt after.txt
	run skopeo copy -q "docker://$server/kept:v1" dir:kept
	expect_success

	it 'and goes on: a further build, the lock is still there'
	run acr build -r labagain -t kept:v2 . --query runId -o tsv
	expect_status 0
	expect_out cf2
	run acr repository delete -n labagain --image kept:v1 --yes
	expect_status 1
	run acr group delete -n lab-again --yes
	expect_success
}

state_of_labagain() {
	acr show -n labagain
	acr credential show -n labagain
	acr replication list -r labagain
	acr repository show -n labagain --image kept:v1
	acr manifest list-metadata -r labagain -n kept
	acr task list-runs -r labagain
	acr task logs -r labagain --run-id cf1
}
