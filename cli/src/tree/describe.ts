import { Command, type Option } from "commander";
import type { Branch } from "../command-tree.ts";
import { addGlobalOptions } from "../global-options.ts";
import { markRequired } from "../help/layout.ts";
import type { AnyVerb, Verb } from "../verb.ts";

/** An option as help, completion and the documentation show it. */
export interface OptionFacts {
  readonly flags: string;
  /** Every way to write it, such as `-o` and `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Whether it is an error to leave the value out. */
  readonly needsValue: boolean;
  readonly choices: readonly string[];
  readonly standard: string | undefined;
}

/** A positional argument; `choices` is empty where it can be anything. */
export interface ArgumentFacts {
  readonly name: string;
  readonly isMany: boolean;
  readonly choices: readonly string[];
}

/** A command that can be run. */
export interface VerbFacts {
  /** How it is called, without its arguments: `orders list`. */
  readonly words: readonly string[];
  readonly usage: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentFacts[];
  readonly options: readonly OptionFacts[];
  readonly examples: readonly string[];
  readonly formats: readonly string[];
}

/** The options that every command takes. */
export function describeGlobals(): readonly OptionFacts[] {
  const command = new Command();
  addGlobalOptions(command);
  return optionsOf(command);
}

/** Everything that stands behind a first word; loading it is what costs. */
export async function describeBranch(branch: Branch): Promise<readonly VerbFacts[]> {
  const loaded = await branch.load();
  if ("run" in loaded) return [describeVerb(loaded, [])];
  return loaded.map((verb) => describeVerb(verb, [branch.name]));
}

function describeVerb(any: AnyVerb, before: readonly string[]): VerbFacts {
  const verb = any as Verb;
  const [word = "", ...rest] = verb.usage.split(" ");
  const command = new Command(word).arguments(rest.join(" "));
  verb.configure?.(command);
  return {
    words: [...before, word],
    usage: ["ordersctl", ...before, verb.usage, "[options]"].join(" "),
    aliases: verb.aliases ?? [],
    summary: verb.summary,
    description: verb.description ?? `${verb.summary}.`,
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      isMany: argument.variadic,
      choices: verb.argumentChoices?.[argument.name()] ?? [],
    })),
    options: optionsOf(command),
    examples: verb.examples ?? [],
    formats: verb.formats ?? [],
  };
}

const optionsOf = (command: Command): readonly OptionFacts[] =>
  command.options.filter(({ hidden }) => !hidden).map(optionFacts);

function optionFacts(option: Option): OptionFacts {
  const { flags, short, long, description, required, optional, argChoices, defaultValue } = option;
  const isTold = typeof defaultValue === "string" && defaultValue !== "";
  return {
    flags,
    names: [short, long].filter((name): name is string => name !== undefined),
    description: markRequired(option, description),
    takesValue: required || optional,
    needsValue: required,
    choices: argChoices ?? [],
    standard: isTold ? defaultValue : undefined,
  };
}
