import { relative } from "node:path";
import { showResult, showRunning } from "./report.ts";
import type { Step, StepContext, StepResult } from "./step.ts";

/** Runs the steps one after another and prints a line for each; one that fails or throws does not stop the others. */
export async function runSteps(steps: readonly Step[], context: StepContext): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const startedAt = performance.now();
    const stopShowing = showRunning(step);
    const result = await runSafely(step, context);
    stopShowing();
    showResult(step, result, performance.now() - startedAt, relative(context.root, context.artifacts));
    results.push(result);
  }
  return results;
}

/** The last line of a run, which stands alone and without colour, so that scripts can read it. */
export function totalOf(results: readonly StepResult[]): string {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return `${passed} passed, ${failed} failed`;
}

async function runSafely(step: Step, context: StepContext): Promise<StepResult> {
  try {
    return await step.run(context);
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1, note: "the step itself broke", output };
  }
}
