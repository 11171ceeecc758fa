import { killAll } from "./process.ts";

/** Takes lines about what goes on. */
export type Say = (line: string) => void;

/** Says what goes on, with the time since the start. */
export const say: Say = (line) => {
  process.stderr.write(`[${(performance.now() / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
};

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
