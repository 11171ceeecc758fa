import { expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { workload } from "../test/set.ts";

const rulesFor = (tag: string): string[] => {
  const text = workload("web").replace("web:1.0.0", `web:${tag}`);
  const meta = { version: "1.2.3", port: 8080, environment: [], rssBytes: 1 };
  const live = [{ service: "web", url: "http://localhost", meta, probes: [] }];
  return checkManifests([bundleOf([{ file: "x.yaml", text }])], { live }).findings.map(({ rule }) => rule);
};

test("a tag may leave out the end of the version, and nothing else", () => {
  for (const tag of ["1.2.3", "v1.2.3", "1.2"]) expect([tag, rulesFor(tag)]).toEqual([tag, []]);
  for (const tag of ["1.2.4", "1.20", "1.2.3-rc.1"]) expect([tag, rulesFor(tag)]).toEqual([tag, ["live-version"]]);
});
