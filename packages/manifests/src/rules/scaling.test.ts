import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents, workload } from "../test/set.ts";

const AUTOSCALER = `apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  maxReplicas: 4
  targetCPUUtilizationPercentage: 80
`;

test("an autoscaler of the first version measures against the request of CPU", () => {
  const rulesOf = (text: string): string[] =>
    checkManifests([bundleOf([{ file: "x.yaml", text: documents(AUTOSCALER, text) }])]).findings.map(
      ({ line, rule }) => `${line} ${rule}`,
    );
  expect(rulesOf(workload("web"))).toEqual([]);
  expect(rulesOf(workload("web").replaceAll(/cpu: \d+m, /g, ""))).toContain("7 hpa-request");
});
