/** Scripts that shells source. Each asks `ordersctl __complete` at every Tab, so that they never go out of date. */
export const completionScripts = {
  bash: `# bash completion of ordersctl; try it with: source <(ordersctl completion bash)
_ordersctl() {
  local typed="\${COMP_LINE:0:COMP_POINT}" current="\${COMP_WORDS[COMP_CWORD]}" line
  local -a words
  # Blanks alone part words here; bash itself would part them at "=" and ":" too.
  read -ra words <<< "$typed"
  [[ "$typed" == *[[:space:]] ]] && words+=("")
  local whole="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    # Of --option=value bash replaces what stands behind the last "=" alone.
    [[ "$whole" == *=* && "$current" != *=*?* ]] && line="\${line#*=}"
    [[ -n "$line" ]] && COMPREPLY+=("$line")
  done < <(ordersctl __complete -- "\${words[@]:1}" 2>/dev/null)
  if (( \${#COMPREPLY[@]} == 0 )); then compopt -o default; fi
  if (( \${#COMPREPLY[@]} == 1 )) && [[ "\${COMPREPLY[0]}" == *= ]]; then compopt -o nospace; fi
}
complete -F _ordersctl ordersctl
`,
  zsh: `#compdef ordersctl
# zsh completion of ordersctl; try it with: source <(ordersctl completion zsh)
_ordersctl() {
  local -a found
  local word about
  while IFS=$'\\t' read -r word about; do
    found+=("\${word//:/\\\\:}:$about")
  done < <(ordersctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe -t commands ordersctl found; else _files; fi
}
if [ "$funcstack[1]" = "_ordersctl" ]; then _ordersctl "$@"; else compdef _ordersctl ordersctl; fi
`,
  fish: `# fish completion of ordersctl; try it with: ordersctl completion fish | source
function __ordersctl_complete
  set -l words (commandline -opc) (commandline -ct)
  ordersctl __complete -- $words[2..-1] 2>/dev/null
end
complete -c ordersctl -f -a '(__ordersctl_complete)'
complete -c ordersctl -F -n '__fish_seen_argument -s f -l file'
`,
} as const;

export type Shell = keyof typeof completionScripts;
export const shells = Object.keys(completionScripts) as readonly Shell[];
