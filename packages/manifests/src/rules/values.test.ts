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
