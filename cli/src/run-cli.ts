import { CommanderError } from "commander";
import { reportError } from "./error-report.ts";
import { CliError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { topics } from "./help/topics.ts";
import type { Io } from "./io.ts";
import { styleOf } from "./output/style.ts";
import { createProgram, type Outcome } from "./program.ts";
import { earlyColor } from "./tools.ts";

/**
 * Runs one command line and answers its exit code. Everything outside comes through `io`, so tests run it in their own
 * process.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  // What the scripts of `ordersctl completion` ask at every Tab.
  if (argv[0] === "__complete") {
    const { answerCompletion } = await import("./completion/answer.ts");
    await answerCompletion(argv.slice(1), io);
    return exitCodes.OK.code;
  }
  const color = earlyColor(argv);
  const outcome: Outcome = { exit: "OK" };
  const program = createProgram(io, { outcome, style: styleOf(io.stdout, io.env, color) });
  const topic = argv[0] === "help" ? topics[argv[1] ?? ""] : undefined;
  try {
    if (topic !== undefined) {
      io.stdout.write(topic.text());
      return exitCodes.OK.code;
    }
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
    const { exit, text } = await reportError(error instanceof CommanderError ? usage(error, argv) : error, {
      style,
      isDebug,
    });
    io.stderr.write(text);
    return exitCodes[exit].code;
  }
}

const isHelp = ({ code }: CommanderError): boolean => code.startsWith("commander.help") || code === "commander.version";

/** commander's own words, with the page that says what is right. */
function usage(error: CommanderError, argv: readonly string[]): CliError {
  const [what = "", ...why] = error.message.replace(/^error: /, "").split("\n");
  const words = argv.filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith("-")).slice(0, 2);
  const page = error.code === "commander.unknownCommand" ? words.slice(0, -1) : words;
  return new CliError(what, { exit: "USAGE", why, tries: [["ordersctl", ...page, "--help"].join(" ")] });
}
