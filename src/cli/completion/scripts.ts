import { COMPLETE, type Shell } from './shells.js';

/** The scripts that shells read; each asks the program itself, which knows options, files and columns. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of batchai for bash 3.2 or later: source <(batchai completion bash)
_batchai() {
  local kind= word
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ -z $kind ]]; then kind=$word; else COMPREPLY+=("$word"); fi
  done < <(batchai ${COMPLETE} bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  # Bash 3.2 cannot change how a completion ends, and offers files where there is nothing else.
  type compopt &>/dev/null || return 0
  case $kind in
    words) compopt +o default ;;
    words-that-go-on) compopt +o default -o nospace ;;
    folders) compopt +o default -o dirnames ;;
  esac
}
complete -o default -F _batchai batchai
`,
  zsh: `#compdef batchai
# Completion of batchai for zsh: source <(batchai completion zsh), after compinit
_batchai() {
  local kind line tab=$'\\t'
  local -a lines words_ shown ending
  local before="\${(j: :)words[1,CURRENT-1]} \${QIPREFIX}\${PREFIX}"
  lines=("\${(@f)$(batchai ${COMPLETE} zsh "$before" 2>/dev/null)}")
  kind=$lines[1]
  case $kind in
    files) _files; return ;;
    folders) _files -/; return ;;
    words-that-go-on) ending=(-S '') ;;
  esac
  for line in "\${(@)lines[2,-1]}"; do
    words_+=("\${line%%$tab*}")
    if [[ $line == *$tab* ]]; then shown+=("\${line%%$tab*}  -- \${line#*$tab}"); else shown+=("$line"); fi
  done
  (( $#words_ )) || return 1
  compadd "\${(@)ending}" -l -d shown -- "\${(@)words_}"
}
compdef _batchai batchai
`,
  fish: `# Completion of batchai for fish: batchai completion fish | source
function __batchai_complete
    set -l answer (batchai ${COMPLETE} fish (commandline --current-process --cut-at-cursor | string collect) 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path (commandline --current-token --cut-at-cursor)
        case folders
            __fish_complete_directories (commandline --current-token --cut-at-cursor)
        case '*'
            for line in $answer[2..-1]
                echo $line
            end
    end
end
complete --command batchai --no-files --arguments '(__batchai_complete)'
`,
};
