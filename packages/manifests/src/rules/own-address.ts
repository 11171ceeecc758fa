import { environmentOf, type EnvironmentVariable } from "../model/environment.ts";
import type { Resource } from "../model/resource.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { addressesIn, isLocalhost, podsBehind, servicePort } from "../model/service-address.ts";
import { listed } from "../model/words.ts";
import { type Container, servingPorts, type Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { titleOf, variablesOfContainers } from "./iterate.ts";
import { isBrowserAddress, isOwnAddress } from "./variable-names.ts";

/** Annotations and labels by which a container is put into the pod, which may pass calls on from localhost. */
const INJECTION = /inject|sidecar|dapr/i;

export const serviceLocalhost: Rule = {
  id: "service-localhost",
  level: "error",
  title: "Pods call other pods by the name of their Service",
  why: "In a pod, localhost is the pod itself: it starts, but every call fails with ECONNREFUSED. An address is reported when the pod has only one container, which does not have the port, and a Service does.",
  wrong: "env: [{ name: USER_SERVICE_URL, value: 'http://localhost:3001' }]",
  right: "env: [{ name: USER_SERVICE_URL, value: 'http://user-service:3001' }]",
  *check(set) {
    for (const { container, variable } of variablesOfContainers(set)) {
      const { name, value = "", at } = variable;
      if (isBrowserAddress(name) || isOwnAddress(name)) continue;
      for (const { host, port } of addressesIn(value)) {
        if (!isLocalhost(host) || mayListen(container, port, set)) continue;
        const services = servicesAt(port, container.workload.resource.namespace, set);
        const pods = services.flatMap((service) => podsBehind(service, set));
        if (services.length === 0 || pods.includes(container.workload) || isTheirs(variable, pods, set)) continue;
        const names = services.map((service) => service.name);
        const verb = names.length === 1 ? "has" : "have";
        const sentence = `${name} of ${titleOf(container)} calls ${host}:${port}, which is the pod itself: ${listed(names)} ${verb} that port.`;
        yield { at, sentence };
      }
    }
  },
};

/** Whether something in the pod, or on the node where it has no network of its own, may be behind the port. */
function mayListen(container: Container, port: number, set: ResourceSet): boolean {
  const { template, podSpec, containers } = container.workload;
  const marks = ["annotations", "labels"].flatMap((field) => template.fieldNames("metadata", field));
  return (
    podSpec.get("hostNetwork").boolean === true ||
    containers.filter(({ role }) => role !== "init").length !== 1 ||
    marks.some((mark) => INJECTION.test(mark)) ||
    servingPorts(container.workload).some((own) => own.port === port) ||
    environmentOf(container, set).variables.get("PORT")?.value === String(port) ||
    isTarget(container.workload, port, set)
  );
}

/** Whether a Service sends calls to this port of the pod, which need not name it. */
function isTarget(workload: Workload, port: number, set: ResourceSet): boolean {
  const services = set.ofKind("Service").filter((service) => podsBehind(service, set).includes(workload));
  const ports = services.flatMap((service) => service.root.items("spec", "ports"));
  return ports.some((each) => each.get("targetPort").number === port);
}

/** The Services of a namespace that have a port, or whose pods have it. */
function servicesAt(port: number, namespace: string, set: ResourceSet): Resource[] {
  return set
    .ofKind("Service")
    .filter(
      (service) =>
        service.namespace === namespace &&
        (servicePort(service, port) !== undefined ||
          podsBehind(service, set).some((pod) => servingPorts(pod).some((each) => each.port === port))),
    );
}

/** Whether `envFrom` brings the variable to those pods as well: then it is meant for them. */
function isTheirs({ name, value, isNamed }: EnvironmentVariable, pods: readonly Workload[], set: ResourceSet): boolean {
  const containers = isNamed ? [] : pods.flatMap((pod) => pod.containers);
  return containers.some((each) => environmentOf(each, set).variables.get(name)?.value === value);
}
