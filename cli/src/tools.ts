import { parseDuration } from "./duration.ts";
import { CliError, usageError } from "./errors.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { Io } from "./io.ts";
import { parseFormat, Printer } from "./output/printer.ts";
import { type ColorMode, colorModes, styleOf } from "./output/style.ts";
import { Talk } from "./output/talk.ts";
import { Session } from "./session/session.ts";
import { profileFault, readSettings, type Settings } from "./session/settings.ts";

/** Of one request. Timers hold no more than 24 days: beyond that they would end at once. */
const TIMEOUT_MAX_MS = 86_400_000;

/** What a command works with. */
export interface Tools {
  readonly io: Io;
  readonly globals: GlobalOptions;
  readonly settings: Settings;
  /** Data, to standard output. */
  readonly printer: Printer;
  /** Messages, to standard error. */
  readonly talk: Talk;
  readonly session: Session;
  /** Whether questions may be asked: both ends are a terminal and --no-input was not given. */
  readonly isInteractive: boolean;
  /**
   * Asks before something is lost.
   * @throws {CliError} CANCELLED when the answer is no; USAGE where nobody can be asked and --yes is missing
   */
  confirm(question: string): Promise<void>;
}

/**
 * @param ownFormats values of -o that the command prints itself; the printer then prints tables
 * @throws {CliError} USAGE
 */
export async function createTools(io: Io, globals: GlobalOptions, ownFormats: readonly string[] = []): Promise<Tools> {
  const settings = await readSettings(io, globals);
  const color = colorModes.find((mode) => mode === settings.color.value);
  if (color === undefined)
    throw usageError(`"${settings.color.value}" (${settings.color.origin}) is not one of ${colorModes.join(", ")}.`);
  const isQuiet = globals.quiet === true;
  const format =
    isQuiet && globals.output === undefined
      ? ({ kind: "quiet" } as const)
      : parseFormat(ownFormats.includes(settings.output.value) ? "table" : settings.output.value);
  const talk = new Talk(io, { style: styleOf(io.stderr, io.env, color), isQuiet });
  const isDebug = globals.debug === true || Boolean(io.env["ORDERSCTL_DEBUG"]);
  const isInteractive = io.stdin.isTty && io.stderr.isTty && globals.input !== false;
  const timeoutMs = parseDuration(settings.timeout.value);
  if (timeoutMs < 1 || timeoutMs > TIMEOUT_MAX_MS)
    throw usageError(
      `"${settings.timeout.value}" (${settings.timeout.origin}) is not a valid time limit; use 1ms to 1d.`,
    );
  return {
    io,
    globals,
    settings,
    talk,
    printer: new Printer(io.stdout, format, styleOf(io.stdout, io.env, color)),
    session: new Session({
      io,
      talk,
      settings,
      timeoutMs,
      isDebug,
      profileFault: await profileFault(io.env, settings),
    }),
    isInteractive,
    confirm: (question) => confirm(question, { io, isYes: globals.yes === true, isInteractive }),
  };
}

/** How errors and help are coloured before any setting was read. */
export function earlyColor(argv: readonly string[]): ColorMode {
  if (argv.includes("--no-color") || argv.includes("--color=never")) return "never";
  if (argv.includes("--color=always")) return "always";
  return colorModes.find((mode) => mode === argv[argv.indexOf("--color") + 1] && argv.includes("--color")) ?? "auto";
}

async function confirm(
  question: string,
  { io, isYes, isInteractive }: { io: Io; isYes: boolean; isInteractive: boolean },
) {
  if (isYes) return;
  if (!isInteractive) throw usageError(`${question} There is no terminal to ask on.`, "the same command with --yes");
  io.stderr.write(`${question} [y/N] `);
  const answer = await io.stdin.readLine();
  if (!/^y(es)?$/i.test(answer?.trim() ?? "")) throw new CliError("Cancelled.", { exit: "CANCELLED" });
}
