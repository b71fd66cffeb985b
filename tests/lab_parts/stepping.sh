# shellcheck shell=bash
# Task files of several steps: their order, steps at the same time, attempts, limits, variables, secrets, volumes.

part_stepping() {
	if ! can_run_containers; then
		skip 'steps' "$no_containers"
		return
	fi
	run acr group create -n lab-step -l westeurope
	run acr create -n labstep -g lab-step --sku Standard
	make_shell_context steps
	run acr build -r labstep -t shell:v1 steps
	steps_in_parallel
	steps_in_order
	detached_steps
	steps_that_fail
	limits_of_time
	variables_and_users
	secrets_and_volumes
	wrong_task_files
	run acr group delete -n lab-step --yes
}

# run_steps [OPTION…]: a run of the task file on stdin, which may use `shell`, with an empty context.
run_steps() {
	{
		printf 'version: v1.1.0\nalias:\n  values:\n    shell: "{{.Run.Registry}}/shell:v1 sh -c"\n'
		cat
	} >steps.yaml
	run acr run -r labstep -f steps.yaml "$@" /dev/null
}


steps_in_parallel() {
	it 'steps: those that wait for nothing run at the same time, each sees what the other does'
	run_steps <<-END
		steps:
		  - {id: one, when: ["-"], cmd: "\$shell ': >a; i=0; until [ -e b ]; do sleep 0.2; i=\$\$((i+1)); [ \$\$i -lt 300 ] || exit 9; done; echo one saw two'"}
		  - {id: two, when: ["-"], cmd: "\$shell ': >b; i=0; until [ -e a ]; do sleep 0.2; i=\$\$((i+1)); [ \$\$i -lt 300 ] || exit 9; done; echo two saw one'"}
		  - {id: last, when: [one, two], cmd: "\$shell 'echo both are done'"}
	END
	expect_status 0
	expect_out_has 'one saw two' 'two saw one' 'both are done' 'Step ID: last marked as successful'
}

steps_in_order() {
	it 'steps: without when, each waits for the one before'
	run_steps <<-END
		steps:
		  - cmd: \$shell 'sleep 1; echo 1 >>order'
		  - cmd: \$shell 'echo 2 >>order'
		  - {id: early, when: ["-"], cmd: "\$shell 'echo early'"}
		  - {id: end, when: [acb_step_1, early], cmd: "\$shell 'while read -r x; do echo line \$\$x; done <order'"}
	END
	expect_status 0
	expect_out_has 'line 1'*'line 2'
}

detached_steps() {
	it 'steps: a detached one goes on while others run, and ends with them'
	run_steps <<-END
		steps:
		  - {id: server, detach: true, cmd: "\$shell ': >up; while :; do sleep 0.2; [ ! -e ask ] || : >answer; done'"}
		  - {id: client, cmd: "\$shell ': >ask; i=0; until [ -e answer ]; do sleep 0.2; i=\$\$((i+1)); [ \$\$i -lt 300 ] || exit 9; done; while read -r x; do echo \$\$x; done </etc/hosts'"}
	END
	expect_status 0
	expect_out_has '127.0.0.1*server' 'was successful after'
}

steps_that_fail() {
	it 'steps: one that fails ends the run, also the steps beside it'
	run_steps <<-END
		steps:
		  - {id: long, when: ["-"], cmd: "\$shell 'sleep 200; echo never'"}
		  - {id: bad, when: ["-"], startDelay: 1, cmd: "\$shell 'exit 7'"}
		  - {id: after, when: [bad], cmd: "\$shell 'echo not reached'"}
	END
	expect_status 1
	expect_out_has 'Waiting 1 seconds before executing step ID: bad' 'failed to run step ID: bad: exit status 7' \
		'failed during run, err: exit status 7'
	expect_out_lacks 'not reached'
	expect_out_lacks never

	it 'steps: ignoreErrors goes on'
	run_steps <<-END
		steps:
		  - {id: bad, ignoreErrors: true, cmd: "\$shell 'exit 7'"}
		  - cmd: \$shell 'echo reached'
	END
	expect_status 0
	expect_out_has 'Step ID: bad encountered an error: exit status 7, but is set to ignore errors' reached

	it 'steps: retries, until it works'
	run_steps <<-END
		steps:
		  - cmd: "\$shell '[ -e tried ] && echo second attempt && exit 0; : >tried; exit 5'"
		    retries: 3
		    retryDelay: 1
	END
	expect_status 0
	expect_out_has 'Container failed during run: acb_step_0, waiting 1 seconds before retrying...' 'second attempt'

	it 'steps: retryOnErrors tries again what says so only'
	run_steps <<-END
		steps:
		  - {cmd: "\$shell 'echo disk full; exit 5'", retries: 3, retryDelay: 1, retryOnErrors: [busy]}
	END
	expect_status 1
	expect_out_has 'No retries remaining'
	expect_out_lacks 'before retrying'

	it 'steps: repeat performs it again'
	run_steps <<-END
		steps:
		  - {cmd: "\$shell 'echo x >>count'", repeat: 2}
		  - cmd: \$shell 'i=0; while read -r x; do i=\$\$((i+1)); done <count; echo \$\$i times'
	END
	expect_status 0
	expect_out_has '3 times'
}

limits_of_time() {
	it 'steps: timeout of a step, and of all steps'
	run_steps <<-END
		stepTimeout: 600
		steps:
		  - {id: slow, timeout: 2, cmd: "\$shell 'sleep 200'"}
	END
	expect_status 1
	expect_out_has "step 'slow' took longer than 2 seconds"
	run_steps <<-END
		stepTimeout: 3
		steps:
		  - {id: slow, cmd: "\$shell 'sleep 200'"}
	END
	expect_status 1
	expect_out_has 'Timeout(sec): 3,' "step 'slow' took longer than 3 seconds"

	it 'steps: a run that takes too long ends as Timeout'
	id=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/lab-step/providers/Microsoft.ContainerRegistry
	id+=/registries/labstep
	# shellcheck disable=SC2016
	task=$(printf 'steps:\n  - cmd: $Registry/shell:v1 sh -c "sleep 200"\n' | base64 -w0)
	run acr rest -m post -u "$id/scheduleRun" --url-parameters api-version=2019-06-01-preview -b \
		"{\"type\":\"EncodedTaskRunRequest\",\"encodedTaskContent\":\"$task\",\"timeout\":5}" --query name -o tsv
	expect_success
	run acr task logs -r labstep --run-id "${out%$'\n'}"
	expect_out_has 'timed out after'
	expect_value Timeout acr task list-runs -r labstep --top 1 --query '[0].status' -o tsv
}

variables_and_users() {
	it 'steps: variables of the task and of the step, values, names of the run'
	run_steps --set word=given <<-END
		env: ["A=task,B=task"]
		steps:
		  - cmd: \$shell 'echo \$\$A \$\$B {{.Values.word}} {{.Values.other | default "else"}} \$ID=={{.Run.ID}} \$RegistryName {{.Run.OS}} \$\$PWD'
		    env: ["B=step"]
		    workingDirectory: /bin
	END
	expect_status 0
	expect_out_has 'task step given else cf*==cf* labstep linux /bin'

	it 'steps: user and entryPoint'
	run_steps <<-END
		steps:
		  - cmd: \$Registry/shell:v1 -c 'while read -r x y; do case \$\$x in Uid:) echo \$\$x \$\$y;; esac; done </proc/self/status'
		    entryPoint: sh
		    user: "1234"
	END
	expect_status 0
	expect_out_has 'Uid: 1234'

	it 'steps: what cannot be done here is said'
	run_steps <<-END
		steps:
		  - {cmd: "\$shell 'echo done'", privileged: true, cpus: 2, ports: ["80:80"], unheard: of}
	END
	expect_status 0
	expect_out_has "Property 'privileged' of step 'acb_step_0' has no effect here" \
		"Property 'ports' of step 'acb_step_0' has no effect here" \
		"Property 'unheard' of step 'acb_step_0' is not known and is ignored" 'done'
}

secrets_and_volumes() {
	it 'steps: a secret of the task comes from --set-secret, and from a file of a volume'
	run_steps --set-secret word=swordfish <<-END
		secrets:
		  - {id: word, keyvault: "https://vault.example.com/secrets/word"}
		volumes:
		  - name: keys
		    secret:
		      password: {{.Secrets.word | b64enc}}
		steps:
		  - cmd: \$shell 'read -r x </run/keys/password; [ "\$\$x" = "\$\$WORD" ] && echo the same of \$\${#x} letters'
		    env: ["WORD={{.Secrets.word}}"]
		    volumeMounts: [{name: keys, mountPath: /run/keys}]
	END
	expect_status 0
	expect_out_has 'the same of 9 letters'
	expect_out_lacks swordfish

	it 'steps: a key vault is refused'
	run_steps <<-END
		secrets:
		  - {id: word, keyvault: "https://vault.example.com/secrets/word"}
		steps:
		  - cmd: \$shell 'echo {{.Secrets.word}}'
	END
	expect_status 1
	expect_out_has 'which the emulator does not have; give its value with --set-secret word=VALUE'
}

wrong_task_files() {
	it 'steps: wrong task files are refused before anything runs'
	run_steps <<-END
		steps:
		  - {id: a, cmd: "\$shell 'echo never'", when: [b]}
		  - {id: b, cmd: "\$shell 'echo never'"}
	END
	expect_status 1
	expect_out_has "the step 'a' waits for 'b', which is no step before it"
	expect_out_lacks never
}
