import type { ServiceFacts, VariableFact } from "../facts.ts";
import type { ComposeProject } from "../model/compose.ts";
import type { Cursor } from "../model/cursor.ts";
import { environmentOf } from "../model/environment.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import { printPorts } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { serviceContainer } from "./probes.ts";
import { isPlaceholder } from "./secrets.ts";

/** A variable as it is set for a service, in the manifests or in compose.yaml. */
interface Setting {
  readonly value: string | undefined;
  readonly at: Cursor;
  readonly nameAt: Cursor;
  /** Written for this service by name; what a shared ConfigMap brings may be for others. */
  readonly isNamed: boolean;
}

/** A service of ours with the environment that one file gives it. */
interface Run {
  readonly facts: ServiceFacts;
  readonly title: string;
  readonly at: Cursor;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly isComplete: boolean;
}

/** Variables that a process may have without reading them itself. */
const FREE_NAME =
  /^(?:TZ|LANG|LC_\w+|HOME|HOSTNAME|PATH|(?:POD|NODE)_\w+|BUN_\w+|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|SSL_CERT_\w+|OTEL_\w+|(?:HTTPS?|NO)_PROXY)$/i;

/** Every place where a service of ours gets its environment. */
function* runsOf(set: ResourceSet): Generator<Run> {
  for (const facts of set.facts.services) {
    const workload = set.workloadOf(facts.service);
    const container = workload === undefined ? undefined : serviceContainer(workload, facts.service);
    if (container !== undefined) {
      const { variables, isComplete } = environmentOf(container, set);
      yield { facts, title: container.workload.resource.title, at: container.cursor, settings: variables, isComplete };
    }
    for (const project of set.composeProjects) yield* composeRun(facts, project);
  }
}

function* composeRun(facts: ServiceFacts, project: ComposeProject): Generator<Run> {
  const parts = project.parts.get(facts.service) ?? [];
  const [base] = parts;
  if (base === undefined) return;
  // A file that comes later sets a variable anew.
  const settings = new Map(
    parts
      .flatMap(({ environment }) => environment)
      .map(({ name, value, cursor }) => [name, { value, at: cursor, nameAt: cursor, isNamed: true }]),
  );
  yield {
    facts,
    title: `compose service ${base.name}`,
    at: base.cursor,
    settings,
    isComplete: parts.every(({ isComplete }) => isComplete),
  };
}

const required: Rule = {
  id: "env-required",
  level: "error",
  title: "Services get every variable that they need",
  why: "The service refuses to start.",
  wrong: "containers: [{ name: order-service, env: [] }]",
  right: "containers: [{ name: order-service, env: [{ name: MONGO_URI, valueFrom: … }] }]",
  *check(set) {
    for (const { facts, title, at, settings, isComplete } of runsOf(set)) {
      if (!isComplete) continue;
      for (const { name } of facts.variables.filter((variable) => variable.required)) {
        const setting = settings.get(name);
        if (setting === undefined)
          yield { at, sentence: `${title} does not set ${name}, which ${facts.service} requires to start.` };
        else if (setting.value === "")
          yield { at: setting.at, sentence: `${name} is empty, but ${facts.service} requires it to start.` };
      }
    }
  },
};

const unknown: Rule = {
  id: "env-unknown",
  level: "error",
  title: "Services know every variable that they get",
  why: "The service never reads it: usually the name is misspelt, and the default applies instead.",
  wrong: "env: [{ name: LOG_LEVLE, value: debug }]",
  right: "env: [{ name: LOG_LEVEL, value: debug }]",
  *check(set) {
    const anywhere = new Set(set.facts.services.flatMap(({ variables }) => variables.map(({ name }) => name)));
    for (const { facts, settings } of runsOf(set)) {
      const known = facts.variables.map(({ name }) => name);
      for (const [name, { nameAt, isNamed }] of settings) {
        const isKnown = known.includes(name) || FREE_NAME.test(name) || (!isNamed && anywhere.has(name));
        if (isKnown || isExpanded(name, settings)) continue;
        yield { at: nameAt, sentence: `${facts.service} does not read ${name}${didYouMean(name, known)}.` };
      }
    }
  },
};

/** Whether another variable is made of this one, as in `mongodb://user:$(PASSWORD)@db`. */
function isExpanded(name: string, settings: ReadonlyMap<string, Setting>): boolean {
  return [...settings.values()].some(({ at }) => at.text?.includes(`$(${name})`) === true);
}

const unparsable: Rule = {
  id: "env-value",
  level: "error",
  title: "Services can read the values that they get",
  why: "The service refuses to start.",
  wrong: "env: [{ name: PORT, value: three-thousand }]",
  right: "env: [{ name: PORT, value: '3001' }]",
  *check(set) {
    for (const { facts, settings } of runsOf(set)) {
      const mode = settings.get("NODE_ENV")?.value === "production" ? "production" : "development";
      for (const variable of facts.variables) {
        const setting = settings.get(variable.name);
        if (setting?.value !== undefined && setting.value !== "") yield* checkValue(variable, setting, mode);
      }
    }
  },
};

function* checkValue(variable: VariableFact, setting: Setting, mode: "development" | "production"): Generator<Problem> {
  // Placeholders have a rule of their own, which knows where they are meant to stand.
  if (setting.value === undefined || isPlaceholder(setting.value)) return;
  try {
    variable.parse(setting.value, mode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const shown = variable.secret ? "" : `, not "${setting.value}"`;
    yield { at: setting.at, sentence: `${variable.name} ${reason}${shown}.` };
  }
}

const port: Rule = {
  id: "env-port",
  level: "error",
  title: "PORT is a port of the container",
  why: "The service listens on a port that nothing calls: the probes fail and the Service has no endpoints.",
  wrong: "env: [{ name: PORT, value: '3000' }]\nports: [{ containerPort: 3001 }]",
  right: "env: [{ name: PORT, value: '3001' }]\nports: [{ containerPort: 3001 }]",
  *check(set) {
    for (const { service } of set.facts.services) {
      const workload = set.workloadOf(service);
      const container = workload === undefined ? undefined : serviceContainer(workload, service);
      const setting = container === undefined ? undefined : environmentOf(container, set).variables.get("PORT");
      const ports = container?.ports ?? [];
      // What is no string has no value; the schema says so.
      if (setting?.value === undefined || setting.value === "" || ports.length === 0) continue;
      if (ports.some((each) => each.port === Number(setting.value))) continue;
      const sentence = `PORT is ${setting.value}, which is not a port of the container (has: ${printPorts(ports)}).`;
      yield { at: setting.at, sentence };
    }
  },
};

export const environmentRules: readonly Rule[] = [required, unknown, unparsable, port];
