import { Command, type OutputConfiguration } from "commander";
import { type Branch, commandTree, isOffered, SELF } from "./command-tree.ts";
import type { Exit } from "./exit-codes.ts";
import { addGlobalOptions, readGlobalOptions } from "./global-options.ts";
import { exampleLines, helpLayout, paragraphs } from "./help/layout.ts";
import { topicsText } from "./help/topics.ts";
import type { Io, Output } from "./io.ts";
import type { Style } from "./output/style.ts";
import { canStartPrograms } from "./runtime.ts";
import { createTools } from "./tools.ts";
import type { AnyVerb, Verb } from "./verb.ts";
import { VERSION } from "./version.ts";

/** What a parse came to. */
export interface Outcome {
  exit: Exit;
  /** What to type to sign in, once it is known who is meant; undefined where no sign-in counts. */
  login?: string | undefined;
}

/** Help is not stretched beyond this width, in columns. */
const HELP_WIDTH_MAX = 110;
const firstSteps: readonly string[] = [
  canStartPrograms
    ? "ordersctl up                                 # start everything, and sign in"
    : "ordersctl login                              # sign in to services that run",
  "ordersctl seed                               # demo users and products",
  'ordersctl orders place --item "Keyboard=2"   # a first order',
  "ordersctl orders list                        # see it",
];

/** The whole program over a world. Branches hold their summary alone until they are used. */
export function createProgram(io: Io, tools: { outcome: Outcome; style: Style }): Command {
  const program = new Command("ordersctl");
  program
    .description(
      `Drives the Product Order System: users, a catalogue with stock, and orders.

${exampleLines(firstSteps, helpWidth(io.stdout))}`,
    )
    .usage("<command> [options]")
    .exitOverride()
    .configureOutput(outputOf(io))
    .configureHelp({
      ...helpLayout,
      styleTitle: (text) => tools.style.bold(text),
      styleCommandText: (text) => tools.style.cyan(text),
    })
    .helpOption("-h, --help", "show help")
    .commandsGroup(SELF)
    .helpCommand("help [command]", "Show help of a command or a topic")
    .showSuggestionAfterError()
    .allowExcessArguments(false);
  addGlobalOptions(program);
  program.addHelpText("after", topicsText(helpWidth(io.stdout))).version(VERSION, "-V, --version", "show the version");
  for (const branch of commandTree) addBranch(program, branch, { io, outcome: tools.outcome });
  return program;
}

/** Columns of a page. */
const helpWidth = ({ columns }: Output): number => Math.min(HELP_WIDTH_MAX, columns);

function outputOf(io: Io): OutputConfiguration {
  return {
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => helpWidth(io.stdout),
    getErrHelpWidth: () => helpWidth(io.stderr),
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
  command.summary(verb.summary).description(paragraphs(verb.description ?? `${verb.summary}.`));
  if (verb.aliases !== undefined) command.aliases([...verb.aliases]);
  verb.configure?.(command);
  if (verb.examples !== undefined)
    command.addHelpText("after", `\nExamples:\n${exampleLines(verb.examples, helpWidth(io.stdout))}`);
  command.action(async () => {
    const globals = readGlobalOptions(command.parent?.optsWithGlobals() ?? {});
    const tools = await createTools(io, globals, formats);
    outcome.login = tools.session.login;
    outcome.exit = (await run({ ...command.opts(), ...argumentsOf(command) }, tools)) ?? "OK";
  });
}

function argumentsOf(command: Command): Record<string, unknown> {
  const values = command.registeredArguments.map((argument, index): [string, unknown] => [
    argument.name().replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    command.processedArgs[index],
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
