/** Shells that are completed for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

// Each script asks the ordersctl that stands on the line, so that an upgrade needs no new script. What it answers:
// bash: a line a reply, quoted already; zsh and fish: value, TAB, what it means. `:files` alone: the shell's own file
// names; `:open` alone: no blank behind the word.
const bash = `# bash completion of ordersctl.   eval "$(ordersctl completion bash)"
_ordersctl() {
  COMPREPLY=()
  local reply
  while IFS= read -r reply; do
    case $reply in
      :files)
        compopt -o default 2>/dev/null || while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -f -- "$2")
        return
        ;;
      :open) compopt -o nospace 2>/dev/null ;;
      *) COMPREPLY+=("$reply") ;;
    esac
  done < <("\${1/#\\~\\//$HOME/}" __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _ordersctl ordersctl
`;

const zsh = `#compdef ordersctl
# zsh completion of ordersctl.   eval "$(ordersctl completion zsh)"   after compinit
_ordersctl() {
  local line typed="$QIPREFIX$PREFIX$compstate[quote]"
  local -a answer values shown suffix
  answer=("\${(@f)$("\${\${(Q)words[1]}/#\\~\\//$HOME/}" __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)typed}" 2>/dev/null)}")
  for line in "\${answer[@]}"; do
    case $line in
      '') ;;
      :files) [[ $PREFIX = --*=* ]] && compset -P 1 '*='; _files; return ;;
      :open) suffix=(-S '') ;;
      *$'\\t'*)
        values+=("\${line%%$'\\t'*}")
        shown+=("\${line/$'\\t'/  -- }")
        ;;
      *)
        values+=("$line")
        shown+=("$line")
        ;;
    esac
  done
  (( \${#values} )) && compadd "\${suffix[@]}" -l -d shown -a values
}
if [ "$funcstack[1]" = _ordersctl ]; then _ordersctl "$@"; else compdef _ordersctl ordersctl; fi
`;

const fish = `# fish completion of ordersctl.   ordersctl completion fish | source
function __ordersctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string replace -r '^["\\']' '' | string unescape --style=script 2>/dev/null)
    while string match -qr '^\\w+=' -- $words[1]
        set -e words[1]
    end
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    type -q $program; or return
    set -l answer ($program __complete fish $words[2..-1] "$current" 2>/dev/null)
    if test "$answer" = ":files"
        set -l option (string match -r '^--[^=]*=' -- "$current")
        for path in (__fish_complete_path (string replace -- "$option" '' "$current"))
            echo "$option$path"
        end
    else
        string match -v ':open' -- $answer
    end
end
complete -c ordersctl -f -a '(__ordersctl_complete)'
`;

/** The script that teaches a shell to complete `ordersctl`. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
