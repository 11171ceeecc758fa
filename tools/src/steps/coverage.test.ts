import { expect, test } from "bun:test";
import { countRunnableLines } from "../line-coverage/lines.ts";
import { EXCLUDED_ENTRIES, isCounted } from "../line-coverage/scope.ts";
import { resultOfCoverage } from "./coverage.ts";

const record = (path: string, counts: readonly number[]): string =>
  [`SF:${path}`, ...counts.map((count, index) => `DA:${index + 1},${count}`), "end_of_record"].join("\n");
const tenLines = (hits: number): number[] => Array.from({ length: 10 }, (_, index) => (index < hits ? 3 : 0));
const source = (path: string, text = ""): { path: string; text: string } => ({ path, text });

test("exactly 90 % passes", () => {
  const result = resultOfCoverage(record("cli/src/a.ts", tenLines(9)), [source("cli/src/a.ts")]);
  expect(result).toEqual({ passed: 1, failed: 0, note: "90.0 % of 10 lines" });
});

test("less fails and names the worst file first", () => {
  const lcov = [record("cli/src/a.ts", tenLines(9)), record("cli/src/b.ts", tenLines(2))].join("\n");
  const result = resultOfCoverage(lcov, [source("cli/src/a.ts"), source("cli/src/b.ts")]);
  expect(result).toMatchObject({ passed: 0, failed: 1, note: "55.0 % of 20 lines" });
  expect(result.output).toMatch(/8 of 10 {2}cli\/src\/b\.ts\n +1 of 10 {2}cli\/src\/a\.ts$/);
});

test("a file that no test loads counts with its lines", () => {
  const unloaded = source("cli/src/b.ts", "const a = 1;\nexport function f() {\n  if (a) return 2;\n  return 3;\n}");
  const result = resultOfCoverage(record("cli/src/a.ts", tenLines(10)), [source("cli/src/a.ts"), unloaded]);
  expect(result).toMatchObject({ failed: 1, note: "76.9 % of 13 lines" });
  expect(result.output).toContain("3 of 3  cli/src/b.ts (no test loads it)");
});

test("what the report holds besides does not count", () => {
  const lcov = [record("cli/src/a.ts", tenLines(10)), record("tools/src/a.ts", tenLines(0))].join("\n");
  expect(resultOfCoverage(lcov, [source("cli/src/a.ts")])).toMatchObject({ note: "100.0 % of 10 lines" });
});

test("types, imports and comments weigh nothing", () => {
  const text = `import { a } from "./a.ts";\n// a comment\nexport interface A { b: string }\nexport type B = A;\ndeclare const c: B;`;
  expect(countRunnableLines("a.ts", text)).toBe(0);
});

test.each([
  ["packages/order-service/src/orders/service.ts", true],
  ["packages/contracts/src/errors.ts", true],
  ["packages/order-service/src/orders/main.ts", true],
  ["cli/src/commands/up.ts", true],
  ["cli/src/commands/up.test.ts", false],
  ["packages/testing/src/stack.ts", false],
  ["packages/command-options/src/command-options.ts", false],
  ["packages/client/src/test/helper.ts", false],
  ["tools/src/verify.ts", false],
  ["bench/src/run.ts", false],
  ...EXCLUDED_ENTRIES.map((path): [string, boolean] => [path, false]),
])("%s counts: %p", (path, counts) => {
  expect(isCounted(path)).toBe(counts);
});
