import { describe, expect, test } from "bun:test";
import { documents, setOf, workload } from "../test/set.ts";
import { environmentOf } from "./environment.ts";

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata: { name: config }
data: { MODE: fast, LEVEL: info }
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata: { name: secret }
data: { SEED: Y29ycmVjdCBob3JzZQ== }
stringData: { USER: ada }
`;

/** Names and values that a container starts with, and whether that is all. */
function read(container: string): {
  readonly values: Record<string, string | undefined>;
  readonly isComplete: boolean;
} {
  const set = setOf(documents(CONFIG, SECRET, workload("web", { container })));
  const [first] = set.workloads[0]?.containers ?? [];
  if (first === undefined) throw new Error("there is no container");
  const { variables, isComplete } = environmentOf(first, set);
  return { values: Object.fromEntries([...variables].map(([name, { value }]) => [name, value])), isComplete };
}

describe("environmentOf", () => {
  test("a key called data is plain under stringData", () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { data: plain }\n";
    const set = setOf(documents(workload("web", { container: "envFrom: [{ secretRef: { name: s } }]" }), secret));
    const container = set.workloads[0]?.containers[0];
    expect(container && environmentOf(container, set).variables.get("data")?.value).toBe("plain");
  });

  test("takes all of a ConfigMap and a Secret, decoded, with a prefix where there is one", () => {
    const container = "envFrom: [{ configMapRef: { name: config } }, { prefix: S_, secretRef: { name: secret } }]";
    expect(read(container)).toEqual({
      values: { MODE: "fast", LEVEL: "info", S_SEED: "correct horse", S_USER: "ada" },
      isComplete: true,
    });
  });

  test("lets env win over envFrom, and the later source over the earlier", () => {
    const container = `envFrom: [{ configMapRef: { name: config } }]
env: [{ name: MODE, value: safe }]`;
    expect(read(container).values).toEqual({ MODE: "safe", LEVEL: "info" });
  });

  test("takes single keys under another name", () => {
    const container = `env:
  - { name: SEED, valueFrom: { secretKeyRef: { name: secret, key: SEED } } }
  - { name: SPEED, valueFrom: { configMapKeyRef: { name: config, key: MODE } } }
  - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }`;
    expect(read(container).values).toEqual({ SEED: "correct horse", SPEED: "fast", NODE: undefined });
  });

  test("expands references to variables set before, and knows when it cannot", () => {
    const container = `env:
  - { name: A, value: one }
  - { name: B, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
  - { name: C, value: "$(A)/$(MISSING)/$$(A)" }
  - { name: D, value: "$(B):80" }`;
    expect(read(container).values).toEqual({ A: "one", B: undefined, C: "one/$(MISSING)/$(A)", D: undefined });
  });

  test("is not complete when a source is not among the manifests", () => {
    expect(read("envFrom: [{ secretRef: { name: elsewhere, optional: true } }]").isComplete).toBe(false);
  });
});
