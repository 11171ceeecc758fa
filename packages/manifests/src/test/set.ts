import { ResourceSet, type SetFacts } from "../model/resource-set.ts";
import { bundleOf } from "../input/bundles.ts";
import { NEWEST_VERSION, parseVersion } from "../schema/versions.ts";

/** The set of resources in a text. */
export function setOf(text: string, facts: Partial<SetFacts> = {}): ResourceSet {
  const { documents, problems } = bundleOf([{ file: "test.yaml", text }]);
  return new ResourceSet(documents, problems, {
    services: [],
    live: [],
    minor: parseVersion(NEWEST_VERSION),
    ...facts,
  });
}

/** A workload with everything that the rules about single containers ask for. */
export function workload(
  name: string,
  parts: { readonly kind?: string; readonly container?: string; readonly pod?: string; readonly spec?: string } = {},
): string {
  const { kind = "Deployment", container = "", pod = "", spec = "" } = parts;
  return `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name} }
spec:
${indent(spec, 2)}  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
${indent(pod, 6)}      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: ${name}
          image: example.com/${name}:1.0.0
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 500m, memory: 256Mi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
${indent(container, 10)}`;
}

/** Documents of one file. */
export function documents(...texts: readonly string[]): string {
  return texts.join("---\n");
}

function indent(text: string, columns: number): string {
  return text === "" ? "" : `${text.trimEnd().replaceAll(/^/gm, " ".repeat(columns))}\n`;
}
