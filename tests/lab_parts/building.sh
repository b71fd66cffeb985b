# shellcheck shell=bash
# acr build: what is printed where, what the exit status says, what is in the image.

part_building() {
	run acr group create -n lab-build -l westeurope
	run acr create -n labbuild -g lab-build --sku Standard
	server=$(acr show -n labbuild --query loginServer -o tsv)
	run acr login -n labbuild
	mkdir context && printf 'FROM mcr.microsoft.com/hello-world\n' >context/Dockerfile
	streams_of_a_build
	builds_that_fail
	what_is_built
	contexts_of_builds
	large_contexts
	run acr group delete -n lab-build --yes
}

streams_of_a_build() {
	it 'the log is on stdout, progress on stderr, and task logs prints the same log'
	run acr build -r labbuild -t hello:v1 -t hello:latest context
	expect_status 0
	expect_out_has 'Run ID: cf1 was successful after'
	expect_out_lacks Queued
	expect_err 'Packing source code into tar and uploading it...' \
		"$(sed -n 2p <<<"$err")" 'Queued a build with ID: cf1' 'Waiting for an agent...'
	log=$out
	run acr task logs -r labbuild --run-id cf1
	expect_status 0
	[ "$out" = "$log" ] || problem 'another log'
	run acr task logs -r labbuild
	expect_status 0
	[ "$out" = "$log" ] || problem 'not the log of the last run'

	it 'with --only-show-errors stderr is empty'
	run acr build -r labbuild -t hello:v2 context --only-show-errors
	expect_success
	expect_out_has 'Run ID: cf2 was successful after'

	it 'with -o the log is on stderr and the run on stdout'
	run acr build -r labbuild -t hello:v3 context -o json
	expect_status 0
	expect_err_has 'Run ID: cf3 was successful after'
	expect_out_has '{'$'\n' '  "runId": "cf3",' '  "status": "Succeeded",' '      "tag": "v3"' '  "runErrorMessage": null,'
	run acr build -r labbuild -t hello:v4 context -o table
	expect_status 0
	expect_out_has 'RUN ID    TASK    PLATFORM    STATUS     TRIGGER    STARTED' $'\n''cf4               linux       Succeeded'

	it 'the digest of a build, in one line of a script'
	digest=$(acr build -r labbuild -t hello:v5 context --query 'outputImages[0].digest' -o tsv 2>/dev/null)
	like "$digest" 'sha256:*' || problem "the digest is '$digest'"
	expect_value "$digest" acr repository show -n labbuild --image hello:v5 --query digest -o tsv
	run skopeo inspect --format '{{.Digest}}' "docker://$server/hello@$digest"
	expect_success
	expect_out "$digest"

	it '--no-logs waits and prints the run; --no-wait does not wait'
	run acr build -r labbuild -t hello:v6 context --no-logs --query status -o tsv
	expect_status 0
	expect_out Succeeded
	run acr build -r labbuild -t hello:v7 context --no-wait
	expect_status 0
	expect_out
	expect_err_has 'Queued a build with ID: cf7'
	# Following its log is waiting for it.
	run acr task logs -r labbuild --run-id cf7
	expect_success
	expect_value Succeeded acr task show-run -r labbuild --run-id cf7 --query status -o tsv
}

builds_that_fail() {
	it 'a failing RUN: exit 1, one sentence, nothing pushed'
	printf 'FROM mcr.microsoft.com/hello-world\nRUN false\n' >context/Dockerfile.fails
	run acr build -r labbuild -t broken:v1 -f context/Dockerfile.fails context
	expect_status 1
	expect_out_has 'STEP 2/2: RUN false'
	expect_err_has 'ERROR: Run failed: the run with ID '"'cf8'"
	run acr repository show -n labbuild --repository broken
	expect_failure 3 NAME_UNKNOWN
	expect_value Failed acr task show-run -r labbuild --run-id cf8 --query status -o tsv

	it 'a base image that is nowhere: exit 1'
	printf 'FROM %s/nowhere:1\n' "$server" >context/Dockerfile.nowhere
	run acr build -r labbuild -t broken:v2 -f context/Dockerfile.nowhere context
	expect_status 1
	expect_err_has "ERROR: Run failed: the run with ID 'cf9'"

	it 'a failing build with --query: exit 1, and nothing that a script could take for a digest'
	run acr build -r labbuild -t broken:v3 -f context/Dockerfile.fails context --query 'outputImages[0].digest' -o tsv
	expect_status 1
	expect_out
	expect_err_has 'RUN false' "ERROR: Run failed: the run with ID 'cf10'"
	run acr build -r labbuild -t broken:v4 -f context/Dockerfile.fails context --no-logs
	expect_status 1
	expect_err_has 'ERROR: '
	rm context/Dockerfile.fails context/Dockerfile.nowhere
}

what_is_built() {
	it '--build-arg, --target, --secret-build-arg, and a Dockerfile outside of the context'
	cat >elsewhere.txt <<-'END'
		FROM mcr.microsoft.com/hello-world AS first
		ARG colour
		ARG shape=square
		ARG secret
		LABEL colour=$colour shape=$shape
		FROM first AS second
		LABEL stage=second
	END
	run env shape=round acr build -r labbuild -t arguments:v1 --build-arg 'colour=dark blue' --build-arg shape \
		--secret-build-arg secret=swordfish --target first -f elsewhere.txt context
	expect_status 0
	expect_out_lacks swordfish
	run skopeo inspect --format '{{.Labels}}' "docker://$server/arguments:v1"
	expect_success
	expect_out_has 'colour:dark blue' 'shape:round'
	expect_out_lacks stage

	it '{{.Run.ID}} in a tag, several tags, and --no-push'
	run acr build -r labbuild -t 'tagged:{{.Run.ID}}' -t tagged/other:x context --query runId -o tsv
	expect_status 0
	expect_value "${out%$'\n'}" acr repository show-tags -n labbuild --repository tagged -o tsv
	expect_value x acr repository show-tags -n labbuild --repository tagged/other -o tsv
	run acr build -r labbuild -t unpushed:v1 --no-push context
	expect_status 0
	run acr repository show -n labbuild --repository unpushed
	expect_failure 3 NAME_UNKNOWN
	run acr build -r labbuild context
	expect_status 0
	expect_err_has "WARNING: '--image or -t' is not provided. Skipping image push after build."
}

contexts_of_builds() {
	it 'the context is what .dockerignore leaves of it'
	mkdir -p context/kept context/dropped context/.git
	touch context/kept/file context/dropped/file context/dropped/but-this context/.git/config
	printf 'dropped/*\n!dropped/but-this\n' >context/.dockerignore
	printf 'FROM scratch\nCOPY . /\n' >context/Dockerfile
	run acr build -r labbuild -t context:v1 context
	expect_status 0
	run skopeo copy -q "docker://$server/context:v1" "dir:$scratch/context-image"
	expect_success
	for layer in "$scratch/context-image"/*; do
		tar tzf "$layer" 2>/dev/null
	done >files.txt
	command_line='files of the image' out=$(cat files.txt)
	expect_out_has kept/file dropped/but-this
	expect_out_lacks dropped/file
	expect_out_lacks .git/

	it '--dry-run tells the context and contacts nobody'
	requests_begin
	run acr build --dry-run context --query '[].path' -o tsv
	expect_status 0
	expect_err "WARNING: Excluding '.git' based on default ignore rules" '6 entries, 50.000 Bytes in files'
	expect_out .dockerignore Dockerfile dropped dropped/but-this kept kept/file
	expect 'no request' same "$(request_count)" 0
}

large_contexts() {
	it 'from 400 MiB on the largest files are named, before and while it is sent'
	mkdir -p large && cp context/Dockerfile large/
	for number in $(seq 12); do
		truncate -s "$((34 + number))M" "large/file-$number"
	done
	run acr build -r labbuild --dry-run large -o none
	expect_status 0
	expect_err '13 entries, 486.000 MiB in files' \
		"WARNING: The context holds 486.000 MiB; its largest files: file-12 (46.000 MiB), file-11 (45.000 MiB), file-10 (44.000 MiB), file-9 (43.000 MiB), file-8 (42.000 MiB), file-7 (41.000 MiB), file-6 (40.000 MiB), file-5 (39.000 MiB), file-4 (38.000 MiB), file-3 (37.000 MiB)"
	run acr build -r labbuild --no-wait -t large:v1 large
	expect_status 0
	expect_err_has 'The context is larger than 400 MiB' 'its largest files: file-12 (46.000 MiB), file-11' 'Queued a build'
	rm -r large

	it 'builds with BuildKit, and with a cache, are tasks that build and push the same'
	printf 'FROM mcr.microsoft.com/hello-world\nARG ONE\nARG TWO\nLABEL one=$ONE two=$TWO\n' >context/Labels
	run acr build -r labbuild --buildkit -t kit:v1 -f context/Labels --build-arg ONE="it's {{.x}} \$HOME" \
		--secret-build-arg TWO='a "b' context --query 'outputImages[].tag' -o tsv
	expect_status 0
	expect_out v1
	run_shell "skopeo inspect --config 'docker://$server/kit:v1' | acr query 'config.Labels.[one, two]' -o tsv"
	expect_status 0
	expect_out "it's {{.x}} \$HOME" 'a "b'
	run acr build -r labbuild --cache --cache-from kit:v1 -t kit:v2 context --query 'outputImages[].tag' -o tsv
	expect_status 0
	expect_out v2
}
