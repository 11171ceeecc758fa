import type { ServiceFacts } from "../facts.ts";
import { type ComposeProject, interpolate, isDevelopmentFile } from "../model/compose.ts";
import type { Cursor } from "../model/cursor.ts";
import { environmentOf } from "../model/environment.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";
import { serviceContainer } from "./probes.ts";

/** What Kubernetes gives a pod that says nothing. */
const DEFAULT_GRACE_SECONDS = 30;
/** What compose gives a service that says nothing. */
const COMPOSE_GRACE_SECONDS = 10;
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

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

const shutdownWindow: Rule = {
  id: "shutdown-window",
  level: "warn",
  title: "A service is not killed while it stops",
  why: "On SIGTERM, the service waits for DRAIN_DELAY_MS, finishes its requests and its background work, and closes its connections; whatever is left when the time is over is cut off. compose.override.yaml, compose.dev.yaml and the like may have less.",
  wrong: "terminationGracePeriodSeconds: 10      # in compose: stop_grace_period: 10s",
  right: "terminationGracePeriodSeconds: 40      # in compose: stop_grace_period: 30s",
  *check(set) {
    for (const facts of set.facts.services) {
      yield* shortInPod(facts, set);
      for (const project of set.composeProjects) yield* shortInCompose(facts, project);
    }
  },
};

function* shortInPod(facts: ServiceFacts, set: ResourceSet): Generator<Problem> {
  const workload = set.workloadOf(facts.service);
  const container = workload === undefined ? undefined : serviceContainer(workload, facts.service);
  if (workload === undefined || container === undefined) return;
  const setting = workload.podSpec.get("terminationGracePeriodSeconds");
  const drain = environmentOf(container, set).variables.get("DRAIN_DELAY_MS")?.value;
  yield* shortGrace(facts, {
    at: setting.isSet ? setting : container.cursor,
    graceSeconds: setting.isSet ? setting.number : DEFAULT_GRACE_SECONDS,
    waitSeconds: secondsOfDrain(drain) + (sleepSeconds(container.cursor.get("lifecycle", "preStop")) ?? 0),
    hint: (seconds) => `Set terminationGracePeriodSeconds to at least ${seconds}.`,
  });
}

/** A file that comes later sets the time anew. */
function* shortInCompose(facts: ServiceFacts, { files }: ComposeProject): Generator<Problem> {
  const shared = files.filter(({ path }) => !isDevelopmentFile(path));
  const parts = shared.flatMap(({ services }) => services).filter(({ name }) => name === facts.service);
  const setting = parts.map(({ cursor }) => cursor.get("stop_grace_period")).findLast(({ isSet }) => isSet);
  const drain = parts.flatMap(({ environment }) => environment).findLast(({ name }) => name === "DRAIN_DELAY_MS");
  const waitSeconds = secondsOfDrain(drain?.value);
  const at = setting ?? parts[0]?.cursor;
  const mayBeSetElsewhere = parts.some(({ cursor }) => cursor.get("extends").isSet);
  // Nobody who only tries a service on a machine has to set the time.
  if (at === undefined || (setting === undefined && (waitSeconds === 0 || mayBeSetElsewhere))) return;
  yield* shortGrace(facts, {
    at,
    graceSeconds: setting === undefined ? COMPOSE_GRACE_SECONDS : secondsOf(interpolate(setting.text ?? "") ?? ""),
    waitSeconds,
    hint: (seconds) => `Set stop_grace_period to at least ${seconds}s.`,
  });
}

interface Grace {
  readonly at: Cursor;
  /** `undefined` when it is not known. */
  readonly graceSeconds: number | undefined;
  /** What passes before the service begins to stop. */
  readonly waitSeconds: number;
  hint(seconds: number): string;
}

function* shortGrace(facts: ServiceFacts, { at, graceSeconds, waitSeconds, hint }: Grace): Generator<Problem> {
  if (graceSeconds === undefined || facts.shutdownSeconds === undefined) return;
  const seconds = Math.ceil(waitSeconds + facts.shutdownSeconds);
  if (seconds <= graceSeconds) return;
  const sentence = `${facts.service} may take ${seconds} s to stop, but is killed after ${graceSeconds} s.`;
  yield { at, sentence, hint: hint(seconds) };
}

function secondsOfDrain(milliseconds: string | undefined): number {
  return /^\d+$/.test(milliseconds ?? "") ? Number(milliseconds) / 1000 : 0;
}

/** `1m30s`; `undefined` for what is no duration. */
function secondsOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (UNIT_SECONDS[unit] ?? Infinity), 0);
}

/** `sleep: { seconds: 5 }`, or a command that begins with `sleep 5`, perhaps in a shell. */
function sleepSeconds(hook: Cursor): number | undefined {
  const words = hook.items("exec", "command");
  const text = words.map((word) => word.text ?? "").join(" ");
  const slept = /^(?:\S*\/)?(?:(?:ba)?sh -\w+ )?(?:\/bin\/)?sleep (\d+)s?(?:\s|;|&|$)/.exec(text)?.[1];
  return hook.get("sleep", "seconds").number ?? (slept === undefined ? undefined : Number(slept));
}

export const endingRules: readonly Rule[] = [gracePeriod, shutdownWindow];
