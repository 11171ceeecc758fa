import type { LiveFacts, MetaAnswer } from "../facts.ts";
import { environmentOf } from "../model/environment.ts";
import { parseImage } from "../model/image.ts";
import { parseQuantity } from "../model/quantity.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { didYouMean } from "../model/words.ts";
import { type Container, printPorts } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { connectionsOf } from "./mongo.ts";
import { probesOf, serviceContainer } from "./probes.ts";

interface Running extends LiveFacts {
  readonly container: Container;
}

/** The running services that the manifests describe. */
function* runningOf(set: ResourceSet): Generator<Running> {
  for (const live of set.facts.live) {
    const workload = set.workloadOf(live.service);
    const container = workload === undefined ? undefined : serviceContainer(workload, live.service);
    if (container !== undefined) yield { ...live, container };
  }
}

function* answeringOf(set: ResourceSet): Generator<Running & { readonly meta: MetaAnswer }> {
  for (const running of runningOf(set)) if (running.meta !== undefined) yield { ...running, meta: running.meta };
}

const unreachable: Rule = {
  id: "live-unreachable",
  level: "error",
  title: "Every service that the manifests run answers",
  why: "A service that does not answer cannot be compared with the manifests.",
  wrong: "ordersctl validate --live      # with a service stopped",
  right: "ordersctl up -d && ordersctl validate --live",
  *check(set) {
    for (const { container, meta, service, url, problem } of runningOf(set)) {
      if (meta !== undefined) continue;
      const sentence = `${service} at ${url} does not answer${problem === undefined ? "" : `: ${problem}`}.`;
      yield {
        at: container.workload.resource.root.get("metadata", "name"),
        sentence,
        hint: "`ordersctl status` shows what is running; sign in as an administrator.",
      };
    }
  },
};

const environment: Rule = {
  id: "live-environment",
  level: "error",
  title: "The running service reads every variable that the manifests set",
  why: "The manifests are for another version of the service: the setting has no effect.",
  wrong: "env: [{ name: MAX_PENDING_UNIT, value: '100' }]",
  right: "env: [{ name: MAX_PENDING_UNITS, value: '100' }]",
  *check(set) {
    for (const { container, meta, service } of answeringOf(set)) {
      const facts = set.facts.services.find((each) => each.service === service);
      const known = facts?.variables.map(({ name }) => name) ?? [];
      for (const { name, nameAt, isNamed } of environmentOf(container, set).variables.values()) {
        if (meta.environment.includes(name) || !(known.includes(name) || (isNamed && facts === undefined))) continue;
        const sentence = `The running ${service} ${meta.version} does not read ${name}${didYouMean(name, meta.environment)}.`;
        yield { at: nameAt, sentence };
      }
    }
  },
};

const port: Rule = {
  id: "live-port",
  level: "error",
  title: "The running service listens on the port that the manifests name",
  why: "Probes and Services point to a port that nothing listens on.",
  wrong: "ports: [{ containerPort: 3000 }]      # GET /meta says 3001",
  right: "ports: [{ containerPort: 3001 }]",
  *check(set) {
    for (const { container, meta, service } of answeringOf(set)) {
      const { ports, cursor } = container;
      if (ports.length === 0 || ports.some((each) => each.port === meta.port)) continue;
      const at = cursor.get("ports", 0, "containerPort");
      const sentence = `The running ${service} listens on ${meta.port}, which is not a port of its container (has: ${printPorts(ports)}).`;
      yield { at, sentence };
    }
  },
};

const probe: Rule = {
  id: "live-probe",
  level: "error",
  title: "The running service answers its probes",
  why: "A probe fails unless the status is between 200 and 399: the pod never becomes ready, or is restarted.",
  wrong: "readinessProbe: { httpGet: { path: /healthz, port: http } }      # answers 404",
  right: "readinessProbe: { httpGet: { path: /health, port: http } }",
  *check(set) {
    for (const { container, probes, service } of runningOf(set)) {
      for (const { name, cursor } of probesOf([container])) {
        const at = cursor.get("httpGet", "path");
        const answer = probes.find(({ path }) => path === at.text);
        if (answer === undefined || (answer.status >= 200 && answer.status < 400)) continue;
        yield { at, sentence: `The running ${service} answers ${answer.status} to ${answer.path} of the ${name}.` };
      }
    }
  },
};

const version: Rule = {
  id: "live-version",
  level: "error",
  title: "The running service has the version that the manifests name",
  why: "The cluster runs a different version than the manifests describe: a rollout did not happen or failed.",
  wrong: "image: product-order/user-service:0.1.0      # GET /meta says 0.2.0",
  right: "image: product-order/user-service:0.2.0",
  *check(set) {
    for (const { container, meta, service } of answeringOf(set)) {
      const at = container.cursor.get("image");
      const tag = parseImage(at.text ?? "").tag?.replace(/^v(?=\d)/, "");
      if (tag === undefined || !/^\d+\.\d+/.test(tag) || `${meta.version}.`.startsWith(`${tag}.`)) continue;
      yield { at, sentence: `The running ${service} has version ${meta.version}, but the image is ${tag}.` };
    }
  },
};

const memory: Rule = {
  id: "live-memory",
  level: "error",
  title: "The memory limit is above what the running service uses",
  why: "The kernel kills the container as soon as it reaches its limit.",
  wrong: "limits: { memory: 64Mi }      # the service takes 90 Mi",
  right: "limits: { memory: 512Mi }",
  *check(set) {
    for (const { container, meta, service } of answeringOf(set)) {
      const at = container.cursor.get("resources", "limits", "memory");
      const limitBytes = parseQuantity(at.value);
      if (limitBytes === undefined || limitBytes > meta.rssBytes) continue;
      const usedMebibytes = Math.ceil(meta.rssBytes / 2 ** 20);
      const sentence = `The running ${service} uses ${usedMebibytes} Mi of memory, but its limit is ${String(at.value)}.`;
      yield { at, sentence };
    }
  },
};

const replicaSet: Rule = {
  id: "live-replica-set",
  level: "error",
  title: "The running service's database has the replica set that the manifests name",
  why: "The driver rejects members of another replica set: the service as configured in the manifests could not connect.",
  wrong: "MONGO_URI: mongodb://db/shop?replicaSet=rs1      # the database says rs0",
  right: "MONGO_URI: mongodb://db/shop?replicaSet=rs0",
  *check(set) {
    const connections = [...connectionsOf(set)];
    for (const { container, meta, service } of answeringOf(set)) {
      const value = environmentOf(container, set).variables.get("MONGO_URI")?.value;
      const own = connections.find((each) => each.value === value)?.replicaSetName;
      const at = environmentOf(container, set).variables.get("MONGO_URI")?.at;
      if (own === undefined || at === undefined || meta.replicaSet === undefined || own === meta.replicaSet) continue;
      const sentence = `The running ${service} uses the replica set ${meta.replicaSet}, but MONGO_URI names ${own}.`;
      yield { at, sentence };
    }
  },
};

export const liveRules: readonly Rule[] = [unreachable, environment, port, probe, version, memory, replicaSet];
