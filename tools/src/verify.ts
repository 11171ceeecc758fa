/**
 * `bun run verify`: every check of the repository, one after another, each with a line of its own. A failed step
 * does not stop the others. The last line is `N passed, N failed`, and the exit code is 1 when anything failed, 2
 * when the options are wrong.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { orUsage } from "@pos/command-options";
import { stopRunningCommands } from "./command.ts";
import { readOptions, USAGE, type VerifyOptions } from "./options.ts";
import { STEPS } from "./verify-steps.ts";
import { runSteps, totalOf } from "./run-steps.ts";
import type { Step } from "./step.ts";

const root = resolve(import.meta.dir, "../..");

const options = orUsage(USAGE, () => readOptions(process.argv.slice(2), STEPS));
if (options.list) for (const step of STEPS) console.log(describe(step));
else process.exitCode = await runAll(options);

async function runAll({ steps, full }: VerifyOptions): Promise<number> {
  const artifacts = join(root, "artifacts", "verify");
  mkdirSync(artifacts, { recursive: true });
  endOnSignal();
  const results = await runSteps(steps, { root, full, artifacts });
  console.log(`\n${totalOf(results)}`);
  return results.some(({ failed }) => failed > 0) ? 1 : 0;
}

function endOnSignal(): void {
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      stopRunningCommands();
      process.exit(exitCode);
    });
  }
}

function describe({ name, ensures, when }: Step): string {
  return `${name.padEnd(12)} ${ensures}${when === "full" ? " (verify:full only)" : ""}`;
}
