import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type CommandResult, runCommand } from "../command.ts";
import type { Step, StepContext, StepResult } from "../step.ts";

const LIMIT_MINUTES = 15;
/** Limit of one test. The preload's own reaches the first file only, and bunfig has no such setting. */
export const TEST_MAX_MS = 120_000;
/**
 * Two processes take file after file: tests wait for databases, programs and clocks more than they compute. Each keeps
 * its modules and its mongod from file to file, as a single one would.
 */
const PARALLEL = ["--parallel=2", "--no-isolate"];

export const tests: Step = {
  name: "tests",
  ensures: "every test of `bun test` passes",
  when: "always",
  async run(context: StepContext): Promise<StepResult> {
    const coverageFolder = join(context.artifacts, "coverage");
    // A report of an earlier run must never be taken for this one's.
    await rm(coverageFolder, { recursive: true, force: true });
    const coverage = ["--coverage", "--coverage-reporter=lcov", `--coverage-dir=${coverageFolder}`];
    const result = await runCommand(
      [process.execPath, "test", "--only-failures", `--timeout=${TEST_MAX_MS}`, ...PARALLEL, ...coverage],
      {
        cwd: context.root,
        logFile: join(context.artifacts, "tests.log"),
        timeoutMs: LIMIT_MINUTES * 60_000,
        // CI=true turns a forgotten `test.only` into a failure.
        environment: { CI: "true", ...(context.full ? { FULL: "1" } : {}) },
      },
    );
    return resultOfTests(result);
  },
};

/**
 * Reads the summary that `bun test` ends with. The summary and not the JUnit report is the source, because a file
 * that throws while it loads counts as a failure in the first and is missing from the second.
 */
export function resultOfTests(result: CommandResult): StepResult {
  if (result.timedOut) {
    return { passed: 0, failed: 1, note: `stopped after ${LIMIT_MINUTES} min`, output: result.output };
  }
  // The last one: a test may print a summary of its own.
  const start = [...result.output.matchAll(/\n\s*\d+ pass\n/g)].at(-1)?.index ?? 0;
  const summary = result.output.slice(start);
  const count = (word: string): number => Number(new RegExp(`^\\s*(\\d+) ${word}s?$`, "m").exec(summary)?.[1] ?? 0);
  const passed = count("pass");
  const unrun = count("skip") + count("todo");
  const known = /^Ran \d+ tests? across/m.test(summary);
  const failed = count("fail");
  const ok = result.exitCode === 0 && known && passed > 0;
  // A crash, or a test that ends the process: bun prints no more than its version then.
  const skipped = unrun === 0 ? undefined : `${unrun} skipped`;
  const note = known ? skipped : `bun test ended with exit code ${result.exitCode} and no summary`;
  return {
    passed,
    failed: ok ? failed : Math.max(failed, 1),
    ...(note === undefined ? {} : { note }),
    output: [...failedNames(result.output), result.output].join("\n"),
  };
}

/** The failed tests' lines, so that they can be read where the middle of a long output is left out. */
function failedNames(output: string): string[] {
  return output.split("\n").filter((line) => line.startsWith("(fail) "));
}
