import type { Cursor } from "../model/cursor.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { podsBehind } from "../model/service-address.ts";
import { didYouMean, distanceOf, listed } from "../model/words.ts";
import { type Container, isLasting, printPorts, type Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { isFilledIn } from "../schema/field-checks.ts";
import { containersOf, titleOf } from "./iterate.ts";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

interface Probe {
  readonly name: (typeof PROBES)[number];
  readonly cursor: Cursor;
  readonly container: Container;
}

/** Every probe of every container. */
export function* probesOf(containers: Iterable<Container>): Generator<Probe> {
  for (const container of containers) {
    for (const name of PROBES) {
      const cursor = container.cursor.get(name);
      if (cursor.isSet) yield { name, cursor, container };
    }
  }
}

const probePort: Rule = {
  id: "probe-port",
  level: "error",
  title: "A probe uses a port of its container",
  why: "The probe always fails: the pod never becomes ready, or is restarted again and again.",
  wrong: "ports: [{ name: http, containerPort: 8080 }]\nlivenessProbe: { httpGet: { path: /health, port: 8088 } }",
  right: "ports: [{ name: http, containerPort: 8080 }]\nlivenessProbe: { httpGet: { path: /health, port: http } }",
  *check(set) {
    for (const { name, cursor, container } of probesOf(containersOf(set))) {
      for (const handler of ["httpGet", "tcpSocket", "grpc"]) {
        const at = cursor.get(handler, "port");
        const { ports } = container;
        // Containers of a pod share their address: a number may be one of another container.
        const isDeclared =
          ports.some((port) => port.name === at.port) ||
          container.workload.containers.some((each) => each.ports.some((port) => port.port === at.port));
        if (
          at.port === undefined ||
          isDeclared ||
          isFilledIn(String(at.port)) ||
          (typeof at.port === "number" && !isMistaken(at.port, container, set))
        )
          continue;
        const names = ports.flatMap((port) => port.name ?? []);
        const sentence = `The ${name} uses port ${String(at.port)}, which ${titleOf(container)} does not have (has: ${printPorts(ports)})${didYouMean(String(at.port), names)}.`;
        yield { at, sentence };
      }
    }
  },
};

/**
 * Numbers need no declaration in Kubernetes, and many a program has a port for its probes alone: a number is a fault when
 * a digit is wrong, and in services of ours, whose ports are all declared.
 */
function isMistaken(port: number, { ports, workload }: Container, set: ResourceSet): boolean {
  const isOurs = set.facts.services.some(({ service }) => set.workloadOf(service) === workload);
  const numbers = ports.flatMap((each) => (each.port === undefined ? [] : [String(each.port)]));
  return ports.length > 0 && (isOurs || numbers.some((number) => distanceOf(number, String(port)) === 1));
}

const probePath: Rule = {
  id: "probe-path",
  level: "error",
  title: "A probe uses a path that the service answers",
  why: "An unknown path answers 404, which counts as a failure: the pod never becomes ready.",
  wrong: "readinessProbe: { httpGet: { path: /healthz, port: http } }",
  right: "readinessProbe: { httpGet: { path: /health, port: http } }",
  *check(set) {
    for (const { service, probePaths } of set.facts.services) {
      const workload = set.workloadOf(service);
      if (workload === undefined || probePaths === undefined) continue;
      for (const { name, cursor } of probesOf(workload.containers)) {
        const at = cursor.get("httpGet", "path");
        const path = at.text?.split("?", 1)[0];
        if (path === undefined || probePaths.includes(path)) continue;
        const sentence = `The ${name} requests ${path}, which ${service} does not answer (it answers ${listed(probePaths)}).`;
        yield { at, sentence };
      }
    }
  },
};

const probeMissing: Rule = {
  id: "probe-missing",
  level: "warn",
  title: "Pods behind a Service have a readiness probe",
  why: "Without one, a pod receives requests as soon as its process runs, before it can answer them; this happens at every rollout.",
  wrong: "containers: [{ name: web, ports: [{ containerPort: 8080 }] }]",
  right:
    "containers: [{ name: web, ports: [{ name: http, containerPort: 8080 }], readinessProbe: { httpGet: { path: /health, port: http } } }]",
  *check(set) {
    const served = new Set(set.ofKind("Service").flatMap((service) => podsBehind(service, set)));
    for (const workload of served) {
      if (!isLasting(workload)) continue;
      for (const container of workload.containers) {
        if (container.role !== "main" || container.ports.length === 0 || container.cursor.get("readinessProbe").isSet)
          continue;
        const sentence = `The ${titleOf(container)} is behind a Service but has no readinessProbe.`;
        yield { at: container.cursor, sentence };
      }
    }
  },
};

const startupWindow: Rule = {
  id: "startup-window",
  level: "error",
  title: "A slow start is not killed",
  why: "The service waits for its database with growing delays before it gives up; a startup probe that gives up earlier kills it while it waits, so it never starts.",
  wrong: "startupProbe: { periodSeconds: 5, failureThreshold: 6, httpGet: … }      # 30 s",
  right: "startupProbe: { periodSeconds: 5, failureThreshold: 40, httpGet: … }     # 200 s",
  *check(set) {
    for (const { service, startupSeconds } of set.facts.services) {
      const workload = set.workloadOf(service);
      if (workload === undefined || startupSeconds === undefined) continue;
      const container = serviceContainer(workload, service);
      const probe = container?.cursor.get("startupProbe");
      const guard = probe?.isSet === true ? probe : container?.cursor.get("livenessProbe");
      if (guard === undefined || !guard.isSet) continue;
      const window = windowSeconds(guard);
      if (window >= startupSeconds) continue;
      const sentence = `${service} is killed ${window} s after its start, but may wait up to ${startupSeconds} s for its database.`;
      const hint = "Add a startupProbe whose failureThreshold × periodSeconds is at least that.";
      yield { at: guard.get("failureThreshold").isSet ? guard.get("failureThreshold") : guard, sentence, hint };
    }
  },
};

/** How long a container may fail before its probe kills it, in seconds. */
function windowSeconds(probe: Cursor): number {
  const periodSeconds = probe.get("periodSeconds").number ?? 10;
  const failures = probe.get("failureThreshold").number ?? 3;
  return (probe.get("initialDelaySeconds").number ?? 0) + periodSeconds * failures;
}

/** The container of a workload that runs the service: the one of its name, else the only main one. */
export function serviceContainer(workload: Workload, service: string): Container | undefined {
  const main = workload.containers.filter(({ role }) => role === "main");
  return main.find(({ name }) => name === service) ?? main[0];
}

/** The probe paths that the manifests name for a service. */
export function probePathsOf(service: string, set: ResourceSet): string[] {
  const containers = set.workloadOf(service)?.containers ?? [];
  return [...new Set([...probesOf(containers)].flatMap(({ cursor }) => cursor.get("httpGet", "path").text ?? []))];
}

export const probeRules: readonly Rule[] = [probePort, probePath, probeMissing, startupWindow];
