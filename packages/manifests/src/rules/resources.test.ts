import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { explainRule } from "../explain.ts";
import { bundleOf } from "../input/bundles.ts";
import { workload } from "../test/set.ts";

const REQUESTS = "requests: { cpu: 100m, memory: 64Mi }, ";
const AMOUNTS = `resources: { ${REQUESTS}limits: { cpu: 500m, memory: 256Mi } }`;
const HINT = "Kubernetes takes the limit as the request: set the request, even if it is the same.";

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

test("a device is given whole, and its limit is its request", () => {
  const amounts = (requests: string, limits: string) =>
    findings(
      workload("web").replace(AMOUNTS, () =>
        AMOUNTS.replace("64Mi", `64Mi${requests}`).replace("256Mi", `256Mi${limits}`),
      ),
    ).map(([rule, sentence]) => [rule, sentence]);
  const gpu = ", nvidia.com/gpu: ";
  for (const [requests, limits] of [
    ["", `${gpu}1`],
    [`${gpu}"2"`, `${gpu}2`],
    ["", `${gpu}2000m`],
    [", hugepages-2Mi: 4Mi", ", hugepages-2Mi: 4Mi"],
    ["", `${gpu}"\${GPUS}"`],
    [", ephemeral-storage: 1Gi", ""],
  ] as const)
    expect(amounts(requests, limits)).toEqual([]);
  expect(amounts("", `${gpu}0.5`)).toEqual([["quantity", "nvidia.com/gpu is 0.5, which is not a whole number."]]);
  expect(amounts(`${gpu}1`, `${gpu}2`)).toEqual([
    ["request-over-limit", "The container web of Deployment web requests nvidia.com/gpu 1 with a limit of 2."],
  ]);
  expect(amounts(`${gpu}1`, "")).toEqual([
    ["request-over-limit", "The container web of Deployment web requests nvidia.com/gpu 1 without a limit."],
  ]);
  expect(amounts(", hugepages-2Mi: 2Mi", ", hugepages-2Mi: 4Mi")).toEqual([["request-over-limit", expect.any(String)]]);
});

test("a ResourceQuota bounds what there is", () => {
  const quota = (name: string) =>
    findings(`apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: q }\nspec: { hard: { ${name}: 1 } }\n`).map(
      ([rule, sentence]) => [rule, sentence],
    );
  for (const name of [
    ...["cpu", "requests.storage", "services.nodeports", "count/deployments.apps", "requests.nvidia.com/gpu"],
    ...["gold.storageclass.storage.k8s.io/requests.storage", "hugepages-2Mi", "limits.ephemeral-storage"],
  ])
    expect(quota(name)).toEqual([]);
  expect(quota("limits.cpus")).toEqual([
    ["known-word", "limits.cpus is not a resource that a quota can limit (did you mean limits.cpu?)."],
  ]);
  expect(quota("deployments")).toEqual([["known-word", "deployments is not a resource that a quota can limit."]]);
});
