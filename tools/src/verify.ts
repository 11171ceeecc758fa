/**
 * `bun run verify`: every check of the repository, one after another, each with a line of its own. A failed step
 * does not stop the others. The last line is `N passed, N failed`, and the exit code is 1 when anything failed, 2
 * when the options are wrong.
 */
import { mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { stopRunningCommands } from "./command.ts";
import { readOptions, USAGE, type VerifyOptions } from "./options.ts";
import { STEPS } from "./registry.ts";
import { showResult, showRunning, showTotal } from "./report.ts";
import type { Step, StepContext, StepResult } from "./step.ts";

const root = resolve(import.meta.dir, "../..");

process.exitCode = await main(process.argv.slice(2));

async function main(arguments_: readonly string[]): Promise<number> {
  let options: VerifyOptions;
  try {
    options = readOptions(arguments_, STEPS);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) console.log(USAGE);
  else if (options.list) for (const step of STEPS) console.log(describe(step));
  else return await runAll(options);
  return 0;
}

async function runAll({ steps, full }: VerifyOptions): Promise<number> {
  const artifacts = join(root, "artifacts", "verify");
  mkdirSync(artifacts, { recursive: true });
  endOnSignal();
  const results: StepResult[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    const stopShowing = showRunning(step);
    const result = await runSafely(step, { root, full, artifacts });
    stopShowing();
    showResult(step, result, performance.now() - startedAt, relative(root, artifacts));
    results.push(result);
  }
  showTotal(results);
  return results.some(({ failed }) => failed > 0) ? 1 : 0;
}

/** A step that throws is a failed step, and the others still run. */
async function runSafely(step: Step, context: StepContext): Promise<StepResult> {
  try {
    return await step.run(context);
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1, note: "the step itself broke", output };
  }
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
