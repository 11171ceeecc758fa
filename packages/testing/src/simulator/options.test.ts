import { expect, test } from "bun:test";
import { readOptions } from "./options.ts";
import { runSeeds, seamsOf } from "./run-seeds.ts";

test("5,000 schedules on two threads without arguments", () => {
  expect(readOptions([])).toEqual({
    seeds: 5000,
    from: 1,
    seed: undefined,
    isTraced: false,
    variants: "none",
    workers: 2,
  });
});

test.each(["--seeds 0", "--seed 1.5", "--workers many", "--speed 3"])("refuses %s", (line) => {
  expect(() => readOptions(line.split(" "))).toThrow(TypeError);
});

test("an unknown variant is refused with the names of those there are", () => {
  expect(() => seamsOf("none-such")).toThrow(/release-after-error/);
});

test("a range of seeds counts its failures and keeps the first ones", () => {
  const { seeds, failedSeeds, failures } = runSeeds({ from: 1, count: 100, variant: "silent-cancellation" });
  expect(seeds).toBe(100);
  expect(failures).toHaveLength(5);
  expect(failedSeeds).toBeGreaterThan(5);
  const first = runSeeds({ from: 1, count: 100, variant: "silent-cancellation", endsAtFirst: true });
  expect([first.failedSeeds, first.failures]).toEqual([1, failures.slice(0, 1)]);
  expect(runSeeds({ from: 1, count: 100 })).toMatchObject({ failedSeeds: 0, failures: [] });
});
