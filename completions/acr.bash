# Completion of acr for bash. The program itself knows what can follow; a line ":files" asks for file names.

_acr() {
	# bash splits at =, : and @ what is one word to the program; put it together again, up to the cursor.
	local rest=${COMP_LINE:0:COMP_POINT} words=() word trimmed i
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		trimmed=${rest#"${rest%%[![:space:]]*}"}
		((i == COMP_CWORD)) && word=$trimmed
		if ((i > 0)) && [[ $trimmed == "$rest" && -n $rest ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		rest=${trimmed#"$word"}
	done
	local typed=${words[${#words[@]} - 1]} done='' candidate
	# What stands in front of the last break stays as it is.
	[[ $typed == *[=:@]* && $COMP_WORDBREAKS == *[=:@]* ]] && done=${typed%"${typed##*[=:@]}"}

	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [[ $candidate == :files ]]; then
			compopt -o filenames
			while IFS= read -r word; do
				COMPREPLY+=("$word")
			done < <(compgen -f -- "${typed#"$done"}")
		else
			COMPREPLY+=("${candidate#"$done"}")
		fi
	done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
	return 0
}
complete -F _acr acr
