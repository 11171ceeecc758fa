import { killAll } from "./process.ts";

/** Takes lines about what goes on. */
export type Say = (line: string) => void;

/** Says what goes on, with the time since the start. */
export const say: Say = (line) => {
  process.stderr.write(`[${(performance.now() / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
};

/** The number of an option. @throws {TypeError} unless it is above 0 and at most `max` */
export function positive(text: string, name: string, max = 1e6): number {
  const value = Number(text);
  if (!(value > 0) || value > max)
    throw new TypeError(`--${name} takes a number above 0, at most ${max}, not ${text}.`);
  return value;
}

/** Runs a program of this package: whatever it started ends with it, and an error is one sentence. */
export async function runProgram(main: () => Promise<void>): Promise<never> {
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
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
