import { CommanderError } from "commander";
import { commandTree } from "./command-tree.ts";
import { reportError } from "./error-report.ts";
import { CliError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { topics } from "./help/topics.ts";
import type { Io } from "./io.ts";
import { asCalled } from "./output/as-called.ts";
import { styleOf } from "./output/style.ts";
import { createProgram, type Outcome } from "./program.ts";
import { earlyColor } from "./tools.ts";

/**
 * Runs one command line and answers its exit code. Everything outside comes through `io`, so tests run it in their own
 * process.
 */
export async function runCli(given: readonly string[], io: Io): Promise<number> {
  const [first = "", ...rest] = given;
  // What the scripts of `ordersctl completion` ask at every Tab.
  if (first === "__complete") {
    const { answerCompletion } = await import("./completion/answer.ts");
    await answerCompletion(rest, io);
    return exitCodes.OK.code;
  }
  const topic = first === "help" && Object.hasOwn(topics, rest[0] ?? "") ? topics[rest[0] ?? ""] : undefined;
  if (topic !== undefined) {
    io.stdout.write(topic.text());
    return exitCodes.OK.code;
  }
  const argv = first === "help" ? helpWords(rest) : given;
  const color = earlyColor(given);
  const outcome: Outcome = { exit: "OK", login: "ordersctl login" };
  const program = createProgram(io, { outcome, style: styleOf(io.stdout, io.env, color) });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.OK.code;
    }
    await program.parseAsync([...argv], { from: "user" });
    return exitCodes[outcome.exit].code;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? 0 : exitCodes.USAGE.code;
    const isDebug = argv.includes("--debug") || Boolean(io.env["ORDERSCTL_DEBUG"]);
    const style = styleOf(io.stderr, io.env, color);
    const { exit, text } = await reportError(error instanceof CommanderError ? await usage(error, argv) : error, {
      style,
      isDebug,
      login: outcome.login,
      env: io.env,
    });
    io.stderr.write(asCalled(text, io.env));
    return exitCodes[exit].code;
  }
}

/**
 * `help orders list` is `orders list --help`: commander's own does not wait until a branch is loaded. Options are left
 * out: one that wants a value would take `--help` for it, and the command would run.
 */
function helpWords(given: readonly string[]): readonly string[] {
  const end = given.findIndex((word) => word.startsWith("-"));
  const words = end < 0 ? given : given.slice(0, end);
  const isKnown = words.length === 0 || commandTree.some(({ name }) => name === words[0]);
  return isKnown ? [...words, "--help"] : words.slice(0, 1);
}

const isHelp = ({ code }: CommanderError): boolean => code.startsWith("commander.help") || code === "commander.version";

/** commander's own words, with the page that says what is right. */
async function usage(error: CommanderError, argv: readonly string[]): Promise<CliError> {
  const [what = "", ...why] = error.message.replace(/^error: /, "").split("\n");
  const page = ["ordersctl", ...(await commandWords(argv)), "--help"].join(" ");
  return new CliError(what, { exit: "USAGE", why, tries: [page] });
}

/** What of a command line names a command: `orders list` of `-o json orders list --foo`. */
async function commandWords(argv: readonly string[]): Promise<readonly string[]> {
  const at = argv.findIndex((word) => commandTree.some(({ name }) => name === word));
  const branch = commandTree.find(({ name }) => name === argv[at]);
  if (branch === undefined) return [];
  const { describeBranch } = await import("./tree/describe.ts");
  const verbs = (await describeBranch(branch)).filter(({ words }) => words.length > 1);
  const isVerb = (typed: string) =>
    verbs.some(({ words, aliases }) => words.at(-1) === typed || aliases.includes(typed));
  const verb = argv.slice(at + 1).find(isVerb);
  return verb === undefined ? [branch.name] : [branch.name, verb];
}
