# Completion of acr for fish. The program itself knows what can follow; a line ":files" asks for file names.

function __acr_complete
	set -l words (commandline -opc)
	set -l typed (commandline -ct)
	for line in ($words[1] __complete -- $words[2..-1] "$typed" 2>/dev/null)
		if test "$line" = :files
			set -l before (string match -r -- '^--[^=]*=' $typed)
			for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $typed))
				echo "$before$path"
			end
		else
			echo $line
		end
	end
end

complete -c acr -f -a '(__acr_complete)'
