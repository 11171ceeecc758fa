import type { Exit } from "./exit-codes.ts";

/** A failure that the user can do something about: what happened, why, and the commands that help. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exit: Exit;
  /** Further facts, a line each. */
  readonly why: readonly string[];
  /** What to type next, the most likely first. */
  readonly tries: readonly string[];

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exit = options.exit ?? "FAILED";
    this.why = options.why ?? [];
    this.tries = options.tries ?? [];
  }
}

export interface CliErrorOptions {
  /** Default FAILED. */
  readonly exit?: Exit;
  readonly why?: readonly string[];
  readonly tries?: readonly string[];
  readonly cause?: unknown;
}

/** A command line that cannot be meant: exit 2. */
export const usageError = (message: string, ...tries: string[]): CliError =>
  new CliError(message, { exit: "USAGE", tries });

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
