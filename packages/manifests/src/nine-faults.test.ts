import { describe, expect, test } from "bun:test";
import { checkManifests } from "./check.ts";
import type { Finding } from "./finding.ts";
import { bundleOf } from "./input/bundles.ts";

const VALID = `apiVersion: v1
kind: Secret
metadata:
  name: web-secret
stringData:
  SESSION_SEED: correct horse battery
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web-config
data:
  WORKERS: "4"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: web
          image: example.com/web:1.4.2
          ports:
            - { name: http, containerPort: 8080 }
          envFrom:
            - configMapRef: { name: web-config }
          env:
            - name: SESSION_SEED
              valueFrom: { secretKeyRef: { name: web-secret, key: SESSION_SEED } }
          readinessProbe:
            httpGet: { path: /ready, port: http }
          resources:
            requests: { cpu: 100m, memory: 64Mi }
            limits: { cpu: 500m, memory: 256Mi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: { app: web }
  ports:
    - { port: 80, targetPort: http }
`;

/** The faults that other checkers were tried with; none of them finds all. */
const FAULTS: readonly (readonly [name: string, from: string, to: string, rule: string, sentence: string])[] = [
  ["misspelt field", "readinessProbe:", "readynessProbe:", "schema-unknown-field", "readynessProbe is not a field of"],
  ["number in quotes", "replicas: 2", 'replicas: "2"', "schema-wrong-type", "but must be a whole number"],
  ["no quantity", "cpu: 500m", "cpu: 500milli", "quantity", '"500milli", which is not a quantity'],
  ["removed version", "apps/v1", "extensions/v1beta1", "api-removed", "was removed in Kubernetes 1.16"],
  ["key twice", "  replicas: 2\n", "  replicas: 2\n  replicas: 3\n", "yaml-duplicate-key", "replicas appears twice"],
  ["value that is no text", 'WORKERS: "4"', "WORKERS: 4", "schema-wrong-type", "but must be a string"],
  ["key of a Secret", "key: SESSION_SEED", "key: SESION_SEED", "secret-key-ref", "(did you mean SESSION_SEED?)"],
  ["name of a port", "targetPort: http", "targetPort: web", "service-target-port", "(has: http=8080)"],
  ["selector", "  selector: { app: web }", "  selector: { app: wbe }", "service-selector", "matches no pods"],
];

describe("the nine faults that checkers are compared by", () => {
  test("nothing is found where there is none", () => expect(check(VALID)).toEqual([]));

  test.each(FAULTS)("%s", (_, from, to, rule, sentence) => {
    expect(VALID).toContain(from);
    const findings = check(VALID.replace(from, to)).filter(({ severity }) => severity === "error");
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    expect(findings[0]?.sentence).toContain(sentence);
  });
});

function check(text: string): readonly Finding[] {
  return checkManifests([bundleOf([{ file: "web.yaml", text }])]).findings;
}
