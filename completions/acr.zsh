#compdef acr
# Completion of acr for zsh. The program itself knows what can follow; a line ":files" asks for file names.

_acr() {
	local line word help files=
	local -a candidates
	for line in "${(@f)$("${words[1]}" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
		if [[ $line == :files ]]; then
			files=1
		elif [[ -n $line ]]; then
			word=${line%%$'\t'*} help=${line#*$'\t'}
			candidates+=("${word//:/\\:}${help:+:$help}")
		fi
	done
	(( $#candidates )) && _describe acr candidates -M 'm:{[:lower:]}={[:upper:]}'
	if [[ -n $files ]]; then
		compset -P '--*='
		_files
	fi
}

if [[ $funcstack[1] == _acr ]]; then
	_acr "$@"
else
	compdef _acr acr
fi
