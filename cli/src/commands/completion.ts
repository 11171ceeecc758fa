import { completionScripts, shells } from "../completion/scripts.ts";
import { usageError } from "../errors.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface CompletionOptions {
  readonly shell: string;
}

export const completionVerb: Verb<CompletionOptions> = {
  usage: "completion <shell>",
  summary: "Print the completion script of bash, zsh or fish",
  description: `Prints a script that completes commands, options and values. Products, users, orders and profiles are looked up
as you type, with your sign-in: of products, users and orders the newest 200, and users also by what is typed. It needs \`ordersctl\` on PATH.`,
  examples: [
    "source <(ordersctl completion bash)   # in this shell only; the others are permanent",
    "ordersctl completion bash > ~/.local/share/bash-completion/completions/ordersctl",
    'ordersctl completion zsh > "${fpath[1]}/_ordersctl"',
    "ordersctl completion fish > ~/.config/fish/completions/ordersctl.fish",
  ],
  argumentChoices: { shell: shells },
  run: async ({ shell }: CompletionOptions, { printer }: Tools) => {
    const known = shells.find((name) => name === shell);
    if (known === undefined) throw usageError(`There is no script for "${shell}"; choose from ${shells.join(", ")}.`);
    printer.text(completionScripts[known]);
  },
};
