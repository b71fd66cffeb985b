# shellcheck shell=bash
# acr run, acr task: commands and task files, their runs, logs, and how they are cancelled.

part_running() {
	if ! can_run_containers; then
		skip 'runs' "$no_containers"
		return
	fi
	run acr group create -n lab-run -l westeurope
	run acr create -n labrun -g lab-run --sku Standard
	server=$(acr show -n labrun --query loginServer -o tsv)
	make_shell_context shell
	# shellcheck disable=SC2016
	image='$Registry/shell:v1'
	run acr build -r labrun -t shell:v1 shell
	commands_and_files
	lists_of_runs
	interrupted_runs
	cancelled_runs
	run acr group delete -n lab-run --yes
}

# The id of the last run.
last_run() {
	acr task list-runs -r labrun --top 1 --query '[0].runId' -o tsv
}

commands_and_files() {
	it 'run --cmd: its output is in the log, its exit status decides'
	run acr run -r labrun --cmd "$image sh -c 'echo \$((6*7)) is the answer'" /dev/null
	expect_status 0
	expect_out_has '42 is the answer' 'was successful after'
	run acr run -r labrun --cmd "$image sh -c 'exit 3'" /dev/null
	expect_status 1
	expect_err_has 'ERROR: Run failed: the run with ID'

	it 'run -f: build, push and run, with values'
	mkdir task
	printf 'FROM mcr.microsoft.com/hello-world\n' >task/Dockerfile
	cat >task/acb.yaml <<-'END'
		version: v1.1.0
		steps:
		  - build: -t $Registry/made:{{.Values.tag}} .
		  - push: ["$Registry/made:{{.Values.tag}}"]
		  - cmd: $Registry/made:{{.Values.tag}}
	END
	run acr run -r labrun -f acb.yaml --set tag=seven task
	expect_status 0
	expect_out_has 'Successfully tagged' 'Hello from acr-emulator.' 'was successful after'
	expect_err_has 'Packing source code into tar' 'Sending context (' 'Queued a run with ID: cf'
	expect_value seven acr repository show-tags -n labrun --repository made -o tsv
	run acr run -r labrun --set tag=eight task
	expect_status 0

	it 'run -f -: the task file from stdin'
	run_shell "printf 'version: v1.1.0\nsteps:\n  - cmd: $image sh -c \"echo from stdin\"\n' | acr run -r labrun -f - /dev/null"
	expect_status 0
	expect_out_has 'from stdin'

	it 'run --set-secret: the value is not in the log, nor in what a run shows'
	printf 'version: v1.1.0\nsteps:\n  - cmd: %s sh -c "test {{.Values.word}} = swordfish"\n' "$image" >task/secret.yaml
	run acr run -r labrun -f secret.yaml --set-secret word=swordfish task
	expect_status 0
	expect_out_lacks swordfish
	run acr task show-run -r labrun --run-id "$(last_run)"
	expect_out_lacks swordfish
}

lists_of_runs() {
	it 'task list-runs: the newest first, limited, by status, by image'
	run acr task list-runs -r labrun --query '[].runId' -o tsv
	expect_success
	first=$(tail -n 1 <<<"${out%$'\n'}")
	expect 'cf1 last' same "$first" cf1
	run acr task list-runs -r labrun --top 2 --query 'length(@)'
	expect_out 2
	run acr task list-runs -r labrun --run-status Failed --query '[].status' -o tsv
	expect_success
	expect_out Failed
	expect_value cf1 acr task list-runs -r labrun --image shell:v1 --query '[].runId' -o tsv
	run acr task list-runs -r labrun -o table
	expect_success
	expect_out_has 'RUN ID    TASK    PLATFORM    STATUS     TRIGGER    STARTED               DURATION' \
		$'\n''cf1               linux       Succeeded  Manual     20*T*Z  00:0'

	it 'task show-run: what a build made'
	run acr task show-run -r labrun --run-id cf1
	expect_success
	expect_out_has '"runId": "cf1"' '"architecture": "amd64"' '"repository": "shell"' \
		'"provisioningState": "Succeeded"'
	run acr task show-run -r labrun --run-id zz9
	expect_failure 3 "(ResourceNotFound)"
}

# Begin a run that sleeps, and return when its container runs: start_sleeping COMMAND…, its output goes to fd 3.
start_sleeping() {
	local line
	rm -f "$scratch/log"
	mkfifo "$scratch/log"
	# A shell's background processes ignore SIGINT, unlike those that a person starts.
	env --default-signal=INT "$@" >"$scratch/log" 2>"$scratch/log.err" </dev/null &
	sleeper=$!
	exec 3<"$scratch/log"
	while read -r -t "$command_limit" line <&3; do
		! like "$line" '*sleeping now*' || return 0
	done
	problem 'the run did not begin to sleep'
	return 1
}

wait_for_sleeper() {
	wait "$sleeper"
	status=$?
	cat <&3 >"$scratch/out"
	exec 3<&-
	cp "$scratch/log.err" "$scratch/err"
	take_output
}

# A run that was cancelled ends soon after: expect_cancelled RUN.
expect_cancelled() {
	run acr task logs -r labrun --run-id "$1"
	expect_status 0
	expect_value Canceled acr task show-run -r labrun --run-id "$1" --query status -o tsv
	run acr task list-runs -r labrun --run-status Canceled --query "[?runId=='$1'] | length(@)"
	expect_out 1
}

interrupted_runs() {
	local sleeping="$image sh -c 'echo sleeping now; sleep 600'" id
	it 'Ctrl-C cancels a run, and the exit status is 130'
	if start_sleeping acr run -r labrun --cmd "$sleeping" /dev/null; then
		id=$(last_run)
		expect_value Running acr task show-run -r labrun --run-id "$id" --query status -o tsv
		expect_no_secret_arguments
		kill -INT "$sleeper"
		wait_for_sleeper
		command_line='acr run, interrupted'
		expect_status 130
		expect_err_has 'Queued a run with ID' 'ancel'
		expect_cancelled "$id"
	fi

	it 'SIGTERM cancels a build, and the exit status is 143'
	printf 'FROM %s/shell:v1\nRUN echo sleeping now; sleep 600\n' "$server" >task/Dockerfile
	if start_sleeping acr build -r labrun -t never:v1 task; then
		id=$(last_run)
		kill -TERM "$sleeper"
		wait_for_sleeper
		command_line='acr build, terminated'
		expect_status 143
		expect_cancelled "$id"
		run acr repository show -n labrun --repository never
		expect_failure 3 NAME_UNKNOWN
	fi
}

# While a run goes on: no process has a secret in its arguments.
expect_no_secret_arguments() {
	local found
	# Not as arguments of the search, either.
	printf '%s\n' "$AZURE_CLIENT_SECRET" eyJ >"$scratch/secrets"
	found=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -F -f "$scratch/secrets")
	[ -z "$found" ] || problem "secrets in the arguments of a process: $found"
}

cancelled_runs() {
	local sleeping="$image sh -c 'echo sleeping now; sleep 600'" id
	it 'task cancel-run: who follows the log sees it end, with exit 1'
	if start_sleeping acr run -r labrun --cmd "$sleeping" /dev/null; then
		id=$(last_run)
		run acr task cancel-run -r labrun --run-id "$id"
		expect_success
		expect_out
		wait_for_sleeper
		command_line='acr run, cancelled by cancel-run'
		expect_status 1
		expect_err_has "ERROR: Run was canceled"
		expect_cancelled "$id"
	fi
	run acr task cancel-run -r labrun --run-id "$id"
	[ "$status" != 0 ] || expect_success

	it 'task logs follows a run that goes on'
	run acr run -r labrun --cmd "$sleeping" /dev/null --no-wait
	expect_status 0
	expect_out
	id=$(last_run)
	if start_sleeping acr task logs -r labrun --run-id "$id"; then
		run acr task cancel-run -r labrun --run-id "$id"
		expect_success
		wait_for_sleeper
		command_line='acr task logs'
		expect_status 0
		expect_cancelled "$id"
	fi
}
