import { join } from "node:path";
import { type CommandResult, runCommand } from "../command.ts";
import type { Step, StepContext, StepResult } from "../step.ts";

export interface CommandStepOptions {
  readonly name: string;
  readonly ensures: string;
  /** What to do about a failure, one sentence, printed below the output. */
  readonly wayOut?: string;
  /** Default `always`. */
  readonly when?: Step["when"];
  /** The command under `verify`, and under `verify:full` where `fullCommand` is missing. */
  readonly command: readonly string[];
  readonly fullCommand?: readonly string[];
  /** Longest run in minutes, default 10. */
  readonly limitMinutes?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A step that runs a command in the root and fails with its exit code. It counts one, unless the command's last
 * line is `N passed, N failed`: then these counts are taken.
 */
export function commandStep(options: CommandStepOptions): Step {
  const { name, ensures, when = "always", limitMinutes = 10 } = options;
  return {
    name,
    ensures,
    when,
    async run(context: StepContext): Promise<StepResult> {
      const command = context.full ? (options.fullCommand ?? options.command) : options.command;
      const result = await runCommand(command, {
        cwd: context.root,
        logFile: join(context.artifacts, `${name}.log`),
        timeoutMs: limitMinutes * 60_000,
        ...(options.environment === undefined ? {} : { environment: options.environment }),
      });
      const counted = resultOfCommand(result, limitMinutes);
      if (counted.failed === 0 || options.wayOut === undefined) return counted;
      return { ...counted, output: `${result.output.trimEnd()}\n${options.wayOut}` };
    },
  };
}

/** Turns an exit code and a possible `N passed, N failed` line into counts; a bad exit is at least one failure. */
export function resultOfCommand(result: CommandResult, limitMinutes: number): StepResult {
  if (result.timedOut) {
    return { passed: 0, failed: 1, note: `stopped after ${limitMinutes} min`, output: result.output };
  }
  const counts = /(?:^|\n)(\d+) passed, (\d+) failed\s*$/.exec(result.output);
  const ok = result.exitCode === 0;
  if (counts === null) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output: result.output };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: ok ? failed : Math.max(failed, 1), output: result.output };
}
