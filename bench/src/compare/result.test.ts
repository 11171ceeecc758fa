import { expect, test } from "bun:test";
import type { Load } from "../load.ts";
import { report } from "./report.ts";
import { failuresOf, type Result, spread } from "./result.ts";

const load = (failures: number): Load => ({
  requests: 100,
  perSecond: 50,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  failures,
  servicesCpuMs: 0.1,
  mongodCpuMs: 0.1,
  cores: {},
  foreignCores: 0,
});

const resultWith = (failures: { full: number; fixed: number; inBurst: number }): Result => ({
  date: "2026-01-31",
  machine: "2 cores",
  mongod: "6.0.5",
  rounds: 1,
  seconds: 1,
  scenarios: [{ name: "order-1", title: "place an order, 1 line", ratePerSecond: 100, connections: 32 }],
  stacks: ["good", "bad"].map((name) => {
    const isGood = name === "good";
    return {
      name,
      about: name,
      startMs: [1],
      restartMs: { user: [1], product: [1], order: [1] },
      idleRss: {},
      loadedRss: {},
      turns: { "order-1": [{ full: load(isGood ? 0 : failures.full), fixed: load(isGood ? 0 : failures.fixed) }] },
      readsInBurst: [load(isGood ? 0 : failures.inBurst)],
    };
  }),
});

test("failures are told by stack and load, those of the fixed rate and of the burst too", () => {
  const result = resultWith({ full: 2, fixed: 1, inBurst: 4 });
  expect(failuresOf(result)).toEqual(["bad, order-1: 3", "bad, reads beside sign-ins: 4"]);
  expect(report(result)).toContain("without a response: **bad, order-1: 3; bad, reads beside sign-ins: 4**.");
});

test("a run without failures says 0", () => {
  const result = resultWith({ full: 0, fixed: 0, inBurst: 0 });
  expect(failuresOf(result)).toEqual([]);
  expect(report(result)).toContain("without a response: 0.");
});

test("the median of an even number of rounds lies between the two in the middle", () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spread([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
});
