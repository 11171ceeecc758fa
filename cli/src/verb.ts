import type { Command } from "commander";
import type { Exit } from "./exit-codes.ts";
import type { Tools } from "./tools.ts";

/**
 * One command of ordersctl, in one file: `src/commands/<noun>/<verb>.ts`. `Options` holds its options and, by name, its
 * positional arguments.
 */
export interface Verb<Options extends object = object> {
  /** The word and its arguments, such as `get <id>`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What its help says below the usage; the summary when absent. */
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly aliases?: readonly string[];
  /** Values of -o that this command prints itself, besides those that all know. */
  readonly formats?: readonly string[];
  /** What completion offers for an argument, by its name. */
  readonly argumentChoices?: Readonly<Record<string, readonly string[]>>;
  /** Adds options. */
  configure?(command: Command): unknown;
  /** @returns how it ended, when not OK */
  run(options: Options, tools: Tools): Promise<Exit | void>;
}

/** A verb whose options are checked where it is declared and forgotten where it is listed. */
export type AnyVerb = Verb<never>;
