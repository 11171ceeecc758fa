import type { Step, StepContext, StepResult } from "../step.ts";
import { commandStep } from "./command-step.ts";

/** A machine that runs no containers says so in the step's line: nothing is skipped in silence. */
function withReason(step: Step): Step {
  return {
    ...step,
    async run(context: StepContext): Promise<StepResult> {
      const result = await step.run(context);
      const reason = /(?:^|\n)(skipped: [^\n]+)/.exec(
        await Bun.file(`${context.artifacts}/${step.name}.log`)
          .text()
          .catch(() => ""),
      );
      return reason === null ? result : { ...result, note: reason[1] ?? "skipped" };
    },
  };
}

export const containers: Step = withReason(
  commandStep({
    name: "containers",
    ensures: "images build, and the compose stack survives kills with nothing lost",
    command: [process.execPath, "tools/src/containers/compose.ts"],
    fullCommand: [process.execPath, "tools/src/containers/compose.ts", "--full"],
    limitMinutes: 15,
  }),
);

export const kubernetes: Step = withReason(
  commandStep({
    name: "kubernetes",
    ensures: "the system survives kills and rollouts on a real cluster",
    when: "full",
    command: [process.execPath, "tools/src/containers/kubernetes.ts"],
    limitMinutes: 40,
  }),
);
