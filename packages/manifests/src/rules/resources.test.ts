import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { explainRule } from "../explain.ts";
import { bundleOf } from "../input/bundles.ts";
import { workload } from "../test/set.ts";

const REQUESTS = "requests: { cpu: 100m, memory: 64Mi }, ";
const AMOUNTS = `resources: { ${REQUESTS}limits: { cpu: 500m, memory: 256Mi } }`;
const HINT = "Kubernetes takes the limit for it: write the request, even if it is as much.";

const findings = (text: string): (string | undefined)[][] =>
  checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings.map(({ rule, sentence, hint }) => [
    rule,
    sentence,
    hint,
  ]);

test("a limit without a request is said to be taken for it", () => {
  const sentence = "The container web of Deployment web has no request for cpu and memory.";
  expect(findings(workload("web").replace(REQUESTS, ""))).toEqual([["resource-requests", sentence, HINT]]);
  expect(explainRule("resource-requests")).toContain("takes the limit");
});

test("the limit of the whole pod is taken as well", () => {
  const text = workload("web", { pod: "resources: { limits: { cpu: 1, memory: 512Mi } }" }).replace(AMOUNTS, "");
  expect(findings(text).map(([rule, , hint]) => [rule, hint])).toEqual([["resource-requests", HINT]]);
});

test("without a limit nothing is taken", () =>
  expect(findings(workload("web").replace(AMOUNTS, "")).map(([rule, , hint]) => [rule, hint])).toEqual([
    ["resource-limits", undefined],
    ["resource-requests", undefined],
  ]));
