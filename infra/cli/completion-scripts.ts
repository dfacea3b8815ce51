/**
 * What a shell runs for `image-triggers <Tab>`: it hands the words up to the cursor to `__complete` and shows the lines that
 * come back, a value and a tab and what it means; the line `:files` stands for names of files.
 *
 * Of the libraries, `@bomb.sh/tab` evaluates what was typed, fails when it is sourced twice, and needs bash-completion.
 */

/** `command`: words of the command that completes, as they shall be run. */
type Script = (command: readonly string[]) => string;

/** In single quotes nothing has a meaning, in none of the three. */
const quoted = (command: readonly string[], quote: string): string => command.map((word) => `'${word.replaceAll("'", quote)}'`).join(' ');

const bash: Script = (command) => `# bash completion of image-triggers
_image_triggers() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then compopt -o default 2>/dev/null; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <(${quoted(command, "'\\''")} __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _image_triggers image-triggers
`;

const zsh: Script = (command) => `#compdef image-triggers
_image_triggers() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then _files; return; fi
    line=\${line//:/\\\\:}
    found+=("\${line/$'\\t'/:}")
  done < <(${quoted(command, "'\\''")} __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe image-triggers found
}
# Either a file of fpath, which is run to complete, or read by .zshrc.
if [[ $funcstack[1] == _image* ]]; then
  _image_triggers
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _image_triggers image-triggers
fi
`;

const fish: Script = (command) => `# fish completion of image-triggers
function __image_triggers
    set -l words (commandline -opc)
    set -l found (${quoted(command, "\\'")} __complete -- $words[2..] (commandline -ct) 2>/dev/null)
    if test "$found" = ':files'
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c image-triggers -f -a '(__image_triggers)'
`;

export const SCRIPTS = { bash, zsh, fish } as const satisfies Record<string, Script>;
export type Shell = keyof typeof SCRIPTS;
export const SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];
