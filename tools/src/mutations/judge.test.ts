import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Judge, outcomeOf } from "./judge.ts";
import { loadMutations } from "./load.ts";
import { applyEdit, type Edit, type Mutation, type Verdict } from "./mutation.ts";
import { TreeCopy } from "./tree-copy.ts";

const SOURCE = `export const total = (a: number, b: number): number => a + b;\nexport const twice = (a: number): number => a * 2;\n`;
const TESTS = `
import { expect, test } from "bun:test";
import { total, twice } from "./sum.ts";
test("a total is the sum", () => expect(total(2, 3)).toBe(5));
test("twice is decoration", () => expect(twice(2)).toBeNumber());
test("something else is red", () => expect(1).toBe(2));
test("what takes long", async () => {
  expect(total(2, 3)).toBe(5);
  await Bun.sleep(5100);
});
`;

const root = mkdtempSync(join(tmpdir(), "pos-judge-"));
let copy: TreeCopy;
let judge: Judge;

beforeAll(async () => {
  await Bun.write(join(root, "sum.ts"), SOURCE);
  await Bun.write(join(root, "sum.test.ts"), TESTS);
  copy = await TreeCopy.of(root);
  judge = new Judge(copy);
});

afterAll(() => {
  copy[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

const plus: Edit = { file: "sum.ts", find: "a + b", replace: "a - b" };
const fault = (edits: readonly Edit[], name?: string, file = "sum.test.ts"): Mutation => ({
  harm: "Totals are wrong.",
  edits,
  test: { file, ...(name === undefined ? {} : { name }) },
});
const kindOf = async (mutation: Mutation): Promise<string> => describeVerdict(await judge.judge(mutation));
const describeVerdict = (verdict: Verdict): string => ("reason" in verdict ? verdict.reason : verdict.kind);

describe("a fault", () => {
  test("that its test sees is killed, and both trees are whole again", async () => {
    expect(await kindOf(fault([plus], "a total"))).toBe("killed");
    expect(await copy.read("sum.ts")).toBe(SOURCE);
    expect(await Bun.file(join(root, "sum.ts")).text()).toBe(SOURCE);
  });

  test("is judged by its test, not by bun's five seconds, which a busy machine needs for a hook", async () => {
    expect(await kindOf(fault([plus], "what takes long"))).toBe("killed");
  }, 60_000);

  test("that its test does not see survives", async () => {
    expect(await kindOf(fault([{ file: "sum.ts", find: "a * 2", replace: "a * 3" }], "twice"))).toBe("survived");
    expect(await kindOf(fault([plus], "twice"))).toBe("survived");
  });

  test("that no longer fits is stale", async () => {
    expect(await kindOf(fault([{ ...plus, find: "a / b" }], "a total"))).toContain("0 times");
    expect(await kindOf(fault([{ ...plus, find: "number" }], "a total"))).toContain("5 times");
    expect(await kindOf(fault([{ ...plus, file: "gone.ts" }], "a total"))).toBe("gone.ts does not exist");
    expect(await kindOf(fault([], "a total"))).toBe("it has no edits");
    expect(await kindOf(fault([plus, plus], "a total"))).toContain("0 times");
  });

  test("shows nothing when its test is red, missing or unloadable", async () => {
    expect(await kindOf(fault([plus], "something else"))).toBe("the test is red without the fault");
    expect(await kindOf(fault([plus], "no such test"))).toBe("no test matched");
    expect(await kindOf(fault([plus], "a total", "gone.test.ts"))).toBe("gone.test.ts does not exist");
    expect(await kindOf(fault([{ ...plus, replace: "a +" }], "a total"))).toBe("an error outside of the tests");
  });

  test("in two places is applied in both", async () => {
    const edits = [plus, { file: "sum.ts", find: "a - b", replace: "b + a" }];
    expect(await kindOf(fault(edits, "a total"))).toBe("survived");
  });
});

test("a replacement is taken literally", () => {
  const edit = { file: "a.ts", find: "x", replace: "$& $1 $$" };
  expect(applyEdit("a x b", edit)).toEqual({ text: "a $& $1 $$ b" });
  expect(applyEdit("a x b", { ...edit, replace: "x" })).toEqual({ reason: "the edit of a.ts changes nothing" });
});

test("a test that hangs under a fault has seen it", () => {
  expect(outcomeOf({ output: "", exitCode: 137, timedOut: true }).kind).toBe("red");
});

test("the committed mutations load, each with a harm, edits and a test", async () => {
  const mutations = await loadMutations(join(import.meta.dir, "../../mutations"));
  expect(mutations.length).toBeGreaterThan(0);
  for (const { mutation } of mutations) {
    expect(mutation.harm).toMatch(/^[A-Z].+\.$/s);
    expect(mutation.edits.length).toBeGreaterThan(0);
    expect(mutation.test.file).toEndWith(".test.ts");
  }
});
