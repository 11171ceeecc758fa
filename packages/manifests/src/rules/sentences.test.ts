import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents, workload } from "../test/set.ts";

const sentencesOf = (rule: string, text: string, file = "x.yaml"): string[] =>
  checkManifests([bundleOf([{ file, text }])])
    .findings.filter((finding) => finding.rule === rule)
    .map(({ sentence }) => sentence);

test("a quota of nothing is exceeded without a percentage", () => {
  const quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: none }\nspec: { hard: { pods: 0 } }\n";
  expect(sentencesOf("quota", documents(workload("web"), quota))).toEqual([
    "ResourceQuota none allows no pods, but its workloads need some.",
  ]);
});

test("two autoscalers without a target do not scale the same", () => {
  const autoscaler = (name: string) =>
    `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: ${name} }\nspec: { maxReplicas: 2, scaleTargetRef: {} }\n`;
  expect(sentencesOf("hpa-target", documents(autoscaler("a"), autoscaler("b")))).toEqual([]);
});

test("a claim may have no name", () => {
  const text = workload("db", { kind: "StatefulSet", spec: "volumeClaimTemplates: [{ spec: {} }]" });
  expect(sentencesOf("claim-form", text)).toEqual(["This claim has no accessModes and no resources.requests.storage."]);
});

test("a probe that is no map has the wrong type, and nothing else", () => {
  const text = workload("web", { container: "livenessProbe: tcp" });
  expect(sentencesOf("schema-wrong-type", text)).toHaveLength(1);
  expect(sentencesOf("exclusive-fields", text)).toEqual([]);
});

test("a circle is told as a sentence", () => {
  const text =
    "services:\n  a: { image: example.com/a:1, depends_on: [b] }\n  b: { image: example.com/b:1, depends_on: [a] }\n";
  expect(sentencesOf("compose-circle", text, "compose.yaml")).toEqual(["a waits for b, which waits for a."]);
});

test("of two mounts at one place docker compose takes the last one, without a word", () => {
  const text = "services:\n  a: { image: example.com/a:1, volumes: ['./b:/c', './d:/c/'] }\n";
  expect(sentencesOf("compose-field", text, "compose.yaml")).toEqual([
    "a mounts /c twice: the last one wins, or the file is rejected.",
  ]);
});
