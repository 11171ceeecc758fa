import { expect, test } from "bun:test";
import { drawFaults } from "./faults.ts";
import { readOptions } from "./options.ts";

const countOf = (args: string[]) => {
  const counts: Record<string, number> = {};
  for (const fault of drawFaults(readOptions(args))) {
    const name = "target" in fault ? `${fault.kind} ${fault.target}` : fault.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

test("a seed is the same faults in the same order every time", () => {
  const faults = (seed: string) => drawFaults(readOptions(["--seed", seed]));
  expect(faults("7")).toEqual(faults("7"));
  expect(faults("7")).not.toEqual(faults("8"));
});

test("every service and the database are killed as often as asked", () => {
  const asked = ["--kills-per-service", "4", "--database-kills", "5", "--replica-set", "--step-downs", "6"];
  expect(countOf(asked)).toMatchObject({
    "kill user": 4,
    "kill product": 4,
    "kill order": 4,
    "kill database": 5,
    stepDown: 6,
  });
});

test("the short form kills each service 3 times and mongod twice, the full form 50 and 25 times", () => {
  expect(countOf([])).toMatchObject({ "kill user": 3, "kill product": 3, "kill order": 3, "kill database": 2 });
  expect(countOf([])["stepDown"]).toBeUndefined();
  expect(countOf(["--full"])).toMatchObject({
    "kill user": 50,
    "kill product": 50,
    "kill order": 50,
    "kill database": 25,
  });
  expect(readOptions(["--full"]).reaperAgeMs).toBe(60_000);
});

test.each(["--clients", "--seed many", "--clients 1000", "--kills 3"])("refuses %s", (line) => {
  expect(() => readOptions(line.split(" "))).toThrow(TypeError);
});
