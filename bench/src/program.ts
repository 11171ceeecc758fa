import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { killAll } from "./process.ts";

/** Takes lines about what goes on. */
export type Say = (line: string) => void;

/** Says what goes on, with the time since the start. */
export const say: Say = (line) => {
  process.stderr.write(`[${(performance.now() / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
};

/** The program was called wrongly. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options of a program of this package. @throws {UsageError} for one that there is not */
export function readArguments<const Options extends ParseArgsOptionsConfig>(options: Options) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The number of an option. @throws {UsageError} unless it is above 0 and at most `max` */
export function positive(text: string, name: string, max = 1e6): number {
  const value = Number(text);
  if (!(value > 0) || value > max)
    throw new UsageError(`--${name} takes a number above 0, at most ${max}, not ${text}.`);
  return value;
}

/**
 * Runs a program of this package: whatever it started ends with it, and an error is one sentence. With --help it prints
 * its usage only; called wrongly it ends with 2.
 */
export async function runProgram(usage: string, main: () => Promise<void>): Promise<never> {
  if (process.argv.slice(2).some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  process.on("exit", killAll);
  for (const [name, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const)
    process.on(name, () => process.exit(128 + number));
  try {
    await main();
    process.exit(0);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const sentence = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence}\n${isUsage ? `\n${usage}\n` : ""}`);
    process.exit(isUsage ? 2 : 1);
  }
}
