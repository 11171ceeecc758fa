import { Command, Help, type OutputConfiguration } from "commander";
import { type Branch, commandTree, isOffered } from "./command-tree.ts";
import type { Exit } from "./exit-codes.ts";
import { addGlobalOptions, readGlobalOptions } from "./global-options.ts";
import { topicsText } from "./help/topics.ts";
import type { Io } from "./io.ts";
import type { Style } from "./output/style.ts";
import { canStartPrograms } from "./runtime.ts";
import { createTools } from "./tools.ts";
import type { AnyVerb, Verb } from "./verb.ts";
import { VERSION } from "./version.ts";

/** What a parse came to. */
export interface Outcome {
  exit: Exit;
}

/** Help is not stretched beyond this width, in columns. */
const HELP_WIDTH_MAX = 110;
const firstStep = canStartPrograms
  ? "ordersctl up                                   start everything, and sign in"
  : "ordersctl login                                sign in to services that run";
const description = `Drives the Product Order System: users, a catalogue with stock, and orders.

  ${firstStep}
  ordersctl seed                                 demo users and products
  ordersctl orders place --item "Keyboard=2"     a first order
  ordersctl orders list                          see it`;

/** The whole program over a world. Branches hold their summary alone until they are used. */
export function createProgram(io: Io, tools: { outcome: Outcome; style: Style }): Command {
  const program = new Command("ordersctl");
  program
    .description(description)
    .usage("<command> [options]")
    .exitOverride()
    .configureOutput(outputOf(io))
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      styleTitle: (text) => tools.style.bold(text),
      styleCommandText: (text) => tools.style.cyan(text),
      formatHelp: (command, helper) => optionsLast(Help.prototype.formatHelp.call(helper, command, helper)),
    })
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command or a topic")
    .showSuggestionAfterError()
    .allowExcessArguments(false);
  addGlobalOptions(program);
  program.addHelpText("after", topicsText()).version(VERSION, "-V, --version", "show the version");
  for (const branch of commandTree) addBranch(program, branch, { io, outcome: tools.outcome });
  return program;
}

/** What a command can do comes first, then its options, then those of every command. */
function optionsLast(help: string): string {
  const sections = help.trimEnd().split(/\n{2,}(?=\S)/);
  const rank = (section: string) =>
    /^\W*(?:1m)?Global options:/i.test(section) ? 2 : /^\W*(?:1m)?Options:/.test(section) ? 1 : 0;
  const sorted = sections.toSorted((one, other) => rank(one) - rank(other));
  return `${sorted.join("\n\n").replace("Global Options:", "Global options:")}\n`;
}

function outputOf(io: Io): OutputConfiguration {
  return {
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => Math.min(HELP_WIDTH_MAX, io.stdout.columns),
    getErrHelpWidth: () => Math.min(HELP_WIDTH_MAX, io.stderr.columns),
    getOutHasColors: () => true,
    getErrHasColors: () => true,
    // Errors are worded in one place, by whoever runs the program.
    outputError: () => undefined,
  };
}

function addBranch(program: Command, branch: Branch, tools: { io: Io; outcome: Outcome }): void {
  const command = program
    .command(branch.name, { hidden: !isOffered(branch) })
    .summary(branch.summary)
    .description(branch.summary);
  command.helpGroup(branch.group).helpCommand(false);
  let loading: Promise<void> | undefined;
  const load = async () => {
    const loaded = await branch.load();
    if ("run" in loaded) return fill(command, loaded, tools);
    for (const verb of loaded) fill(command.command(verb.usage.split(" ")[0] ?? "").helpCommand(false), verb, tools);
  };
  const loadOnce = () => (loading ??= load());
  program.hook("preSubcommand", (_, next) => (next === command ? loadOnce() : undefined));
}

function fill(command: Command, verb: AnyVerb, { io, outcome }: { io: Io; outcome: Outcome }): void {
  const { run, formats } = verb as Verb;
  const [, ...words] = verb.usage.split(" ");
  if (words.length > 0) command.arguments(words.join(" "));
  command.summary(verb.summary).description(verb.description ?? `${verb.summary}.`);
  if (verb.aliases !== undefined) command.aliases([...verb.aliases]);
  verb.configure?.(command);
  if (verb.examples !== undefined) command.addHelpText("after", examplesText(verb.examples));
  command.action(async () => {
    const globals = readGlobalOptions(command.parent?.optsWithGlobals() ?? {});
    const tools = await createTools(io, globals, formats);
    outcome.exit = (await run({ ...command.opts(), ...argumentsOf(command) }, tools)) ?? "OK";
  });
}

const examplesText = (examples: readonly string[]): string =>
  `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`;

function argumentsOf(command: Command): Record<string, unknown> {
  const values = command.registeredArguments.map((argument, index): [string, unknown] => [
    argument.name().replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    command.processedArgs[index],
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
