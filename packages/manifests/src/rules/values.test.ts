import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { workload } from "../test/set.ts";

const rules = (text: string): string[] =>
  checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings.map(({ rule }) => rule);

test("only pods that nothing keeps running may end", () => {
  const ends = { pod: "restartPolicy: Never" };
  expect(rules(workload("web", ends))).toEqual(["known-word"]);
  expect(rules(workload("web", { pod: "restartPolicy: Always" }))).toEqual([]);
  const alone = workload("web", ends).replace(
    /apps\/v1\nkind: Deployment([^]*?)spec:[^]* {4}spec:\n/,
    "v1\nkind: Pod$1spec:\n",
  );
  expect(rules(alone)).not.toContain("known-word");
});

test("a range of ports of a network policy ends after it begins", () => {
  const policy = (port: string, way: string) =>
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ${way}: [{ ports: [{ ${port} }] }] }
`;
  for (const way of ["ingress", "egress"]) {
    for (const port of ["port: 80, endPort: 90", "port: 80, endPort: 80", 'port: "${FROM}", endPort: 90', "port: 80"])
      expect(rules(policy(port, way))).toEqual([]);
    for (const port of ["port: 80, endPort: 79", "port: http, endPort: 90", "endPort: 90"])
      expect(rules(policy(port, way))).toEqual(["network-port"]);
  }
});
