import type { Cursor } from "../model/cursor.ts";
import type { Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";

/** What Kubernetes gives a pod that says nothing. */
const DEFAULT_GRACE_SECONDS = 30;

const gracePeriod: Rule = {
  id: "grace-period",
  level: "error",
  title: "A pod has more time to stop than its preStop waits",
  why: "The preStop hook runs within terminationGracePeriodSeconds: when that time is over, the hook is aborted and the container has two seconds left to finish its requests.",
  wrong:
    "terminationGracePeriodSeconds: 10\ncontainers: [{ lifecycle: { preStop: { exec: { command: [sleep, '30'] } } } }]",
  right:
    "terminationGracePeriodSeconds: 60\ncontainers: [{ lifecycle: { preStop: { exec: { command: [sleep, '30'] } } } }]",
  *check(set) {
    for (const container of containersOf(set)) {
      const hook = container.cursor.get("lifecycle", "preStop");
      const graceSeconds =
        container.workload.podSpec.get("terminationGracePeriodSeconds").number ?? DEFAULT_GRACE_SECONDS;
      const seconds = sleepSeconds(hook);
      if (!seconds || seconds < graceSeconds) continue;
      const sentence = `preStop of ${titleOf(container)} waits ${seconds} s, but the pod has only ${graceSeconds} s to stop.`;
      yield { at: hook, sentence, hint: "Raise terminationGracePeriodSeconds." };
    }
  },
};

/** `sleep: { seconds: 5 }`, or a command that begins with `sleep 5`, perhaps in a shell. */
function sleepSeconds(hook: Cursor): number | undefined {
  const words = hook.items("exec", "command");
  const text = words.map((word) => word.text ?? "").join(" ");
  const slept = /^(?:\S*\/)?(?:(?:ba)?sh -\w+ )?(?:\/bin\/)?sleep (\d+)s?(?:\s|;|&|$)/.exec(text)?.[1];
  return hook.get("sleep", "seconds").number ?? (slept === undefined ? undefined : Number(slept));
}

export const endingRules: readonly Rule[] = [gracePeriod];
