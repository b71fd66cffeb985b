# shellcheck shell=bash
# Tasks with all that belongs to them, task runs, webhooks, and the account itself.

part_tasks() {
	az group create -n tasks -l westus >/dev/null
	az acr create -n tasklab -g tasks --sku Premium --only-show-errors >/dev/null
	server=$(acr show -n tasklab --query loginServer -o tsv)
	stored_tasks
	timers_and_credentials
	runs_of_tasks
	task_runs
	webhooks
	the_account
}

stored_tasks() {
	it 'tasks: a task is created, changed, shown and listed'
	run acr task create -r tasklab -n nightly --cmd mcr.microsoft.com/hello-world -c /dev/null
	expect_success
	run acr task update -r tasklab -n nightly --cpu 1
	expect_success
	expect_value 1 acr task show -r tasklab -n nightly --query agentConfiguration.cpu -o tsv
	expect_value nightly acr task list -r tasklab --query '[].name' -o tsv

	it 'tasks: identities of a task'
	run acr task identity assign -r tasklab -n nightly --identities '[system]'
	expect_status 0
	expect_value SystemAssigned acr task identity show -r tasklab -n nightly --query type -o tsv
	run acr task identity remove -r tasklab -n nightly --identities '[system]'
	expect_status 0
}

timers_and_credentials() {
	it 'tasks: timers of a task'
	run acr task timer add -r tasklab -n nightly --timer-name evening --schedule '0 21 * * *'
	expect_success
	run acr task timer update -r tasklab -n nightly --timer-name evening --schedule '0 22 * * *' --enabled false
	expect_success
	expect_value $'evening\nDisabled\n0 22 * * *' acr task timer list -r tasklab -n nightly \
		--query '[].[name, status, schedule][]' -o tsv
	run acr task timer remove -r tasklab -n nightly --timer-name evening
	expect_success

	it 'tasks: credentials of a task'
	run acr task credential add -r tasklab -n nightly --login-server other.example.com -u someone -p first
	expect_success
	run acr task credential update -r tasklab -n nightly --login-server other.example.com -u someone -p second
	expect_success
	run acr task credential list -r tasklab -n nightly
	expect_success
	expect_out_has '"other.example.com"'
	run acr task credential remove -r tasklab -n nightly --login-server other.example.com
	expect_success
}

runs_of_tasks() {
	if ! can_run_containers; then
		skip 'tasks: runs of a task' "$no_containers"
		return
	fi
	it 'tasks: runs of a task'
	run acr task run -r tasklab -n nightly
	expect_status 0
	expect_out_has 'Hello from acr-emulator.'
	run acr task list-runs -r tasklab -n nightly --query '[0].[runId, status]' -o tsv
	expect_success
	id=${out%%$'\n'*}
	run acr task show-run -r tasklab --run-id "$id" --query runType -o tsv
	expect_success
	run acr task update-run -r tasklab --run-id "$id" --no-archive false
	expect_success
	expect_out_has '"isArchiveEnabled": true'
	run acr task logs -r tasklab -n nightly
	expect_status 0
	expect_out_has 'Hello from acr-emulator.'
	run acr task cancel-run -r tasklab --run-id "$id"
	expect_status 0
}

task_runs() {
	local id=/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/tasks/providers/Microsoft.ContainerRegistry
	id+=/registries/tasklab/taskRuns/onerun
	if ! can_run_containers; then
		skip 'tasks: task runs' "$no_containers"
		return
	fi
	it 'tasks: task runs'
	run acr rest -m put -u "$id" --url-parameters api-version=2019-06-01-preview -b \
		"{\"location\":\"westus\",\"properties\":{\"runRequest\":{\"type\":\"TaskRunRequest\",\"taskId\":\"${id%/taskRuns*}/tasks/nightly\"}}}"
	expect_success
	expect_value onerun acr taskrun list -r tasklab --query '[].name' -o tsv
	run acr taskrun logs -r tasklab -n onerun
	expect_status 0
	expect_out_has 'Hello from acr-emulator.'
	run acr taskrun show -r tasklab -n onerun
	expect_success
	expect_out_has '"name": "onerun"'
	run acr taskrun delete -r tasklab -n onerun --yes
	expect_status 0
	run acr task delete -r tasklab -n nightly --yes
	expect_success

	it 'tasks: a build with pack'
	mkdir source
	printf 'print()\n' >source/main.py
	run acr pack build -r tasklab -t packed:v1 --builder example.com/builder --dry-run source
	expect_status 0
	expect_out_has main.py
}

webhooks() {
	it 'tasks: webhooks'
	run acr webhook create -r tasklab -n labhook --uri "https://$server/nowhere" --actions push delete
	expect_success
	run acr webhook update -r tasklab -n labhook --actions push --headers X-Lab=1
	expect_success
	run acr webhook get-config -r tasklab -n labhook
	expect_success
	expect_out_has '"X-Lab": "1"' '/nowhere'
	expect_value labhook acr webhook list -r tasklab --query '[].name' -o tsv
	expect_value push acr webhook show -r tasklab -n labhook --query 'actions[0]' -o tsv
	run acr webhook ping -r tasklab -n labhook
	expect_success
	expect_out_has '"id": '
	run acr webhook list-events -r tasklab -n labhook
	expect_success
	run acr webhook delete -r tasklab -n labhook
	expect_success
}

the_account() {
	it 'tasks: the account, and the program itself'
	expect_value "$AZURE_SUBSCRIPTION_ID" acr account show --query id -o tsv
	expect_value "$AZURE_SUBSCRIPTION_ID" acr account list --query '[].id' -o tsv
	run acr account set -s "$AZURE_SUBSCRIPTION_ID"
	expect_success
	run acr group show -n tasks
	expect_success
	expect_value true acr group exists -n tasks
	expect_value false acr group exists -n nowhere
	expect_value lab acr group update -n tasks --tags purpose=lab --query tags.purpose -o tsv
	expect_value lab acr group update -n tasks --set tags.more=1 --query tags.purpose -o tsv
	run acr group list --query "[?name=='tasks'].location" -o tsv
	expect_success
	expect_out westus
	run acr version
	expect_status 0
	run acr check-health -n tasklab --ignore-errors
	expect_status 0
}
