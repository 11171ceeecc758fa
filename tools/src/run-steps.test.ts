import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommand } from "./command.ts";
import { listProjectFiles, readTextFiles } from "./files.ts";
import { readOptions } from "./options.ts";
import { bounded } from "./report.ts";
import { runSteps, totalOf } from "./run-steps.ts";
import { resultOfFindings, type Step, type StepResult } from "./step.ts";
import { commandStep, resultOfCommand } from "./steps/command-step.ts";
import { resultOfTests } from "./steps/tests.ts";

const folder = mkdtempSync(join(tmpdir(), "pos-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));
const context = { root: folder, full: false, artifacts: folder };

const step = (name: string, run: Step["run"], when: Step["when"] = "always"): Step => ({
  name,
  ensures: name,
  when,
  run,
});
const passing = async (): Promise<StepResult> => ({ passed: 1, failed: 0 });

describe("a run of steps", () => {
  test("goes on after a step that failed or broke, and sums up", async () => {
    const print = spyOn(console, "log").mockImplementation(() => undefined);
    const results = await runSteps(
      [
        step("a", async () => ({ passed: 40, failed: 2, output: "two tests are red" })),
        step("b", () => Promise.reject(new Error("no such file"))),
        step("c", passing),
      ],
      context,
    );
    const printed = print.mock.calls.join("\n");
    print.mockRestore();
    expect(totalOf(results)).toBe("41 passed, 3 failed");
    expect(printed).toContain("40 passed, 2 failed");
    expect(printed).toContain("two tests are red");
    expect(printed).toContain("no such file");
  });

  test("of the real program ends with the total alone and exit 0", async () => {
    const result = await runVerify("--only", "wording", "--skip", "wording");
    expect(result).toMatchObject({ exitCode: 0, output: "\n0 passed, 0 failed\n" });
  });

  test("of the real program refuses an unknown step with exit 2", async () => {
    const result = await runVerify("--only", "typos");
    expect(result.exitCode).toBe(2);
    expect(result.output).toStartWith("No step typos. Steps: format, types");
  });
});

describe("options", () => {
  const all = [step("a", passing), step("b", passing), step("long", passing, "full")];
  const names = (...arguments_: readonly string[]): string[] =>
    readOptions(arguments_, all).steps.map(({ name }) => name);

  test("choose the steps", () => {
    expect(names()).toEqual(["a", "b"]);
    expect(names("--full")).toEqual(["a", "b", "long"]);
    expect(names("--only", "b,long")).toEqual(["b", "long"]);
    expect(names("--full", "--skip", "a")).toEqual(["b", "long"]);
  });

  test("that are unknown throw", () => {
    expect(() => names("--skip", "c")).toThrow("No step c. Steps: a, b, long.");
    expect(() => names("--fast")).toThrow("--fast");
  });
});

describe("a command", () => {
  const script = (code: string): string[] => [process.execPath, "-e", code];
  const run = (code: string, fullCode?: string) =>
    commandStep({ name: "x", ensures: "", command: script(code), ...(fullCode && { fullCommand: script(fullCode) }) });

  test("counts one by its exit code and keeps both streams in order", async () => {
    expect(await run("process.exit(0)").run(context)).toMatchObject({ passed: 1, failed: 0 });
    const failed = await run("console.log(1); console.error(2); console.log(3); process.exit(3)").run(context);
    expect(failed).toEqual({ passed: 0, failed: 1, output: "1\n2\n3\n" });
  });

  test("that fails says the way out, once", async () => {
    const wayOut = "Call the plumber.";
    const broken = commandStep({ name: "x", ensures: "", command: script("console.log(1); process.exit(1)"), wayOut });
    expect(await broken.run(context)).toMatchObject({ failed: 1, output: `1\n${wayOut}` });
    const fine = commandStep({ name: "x", ensures: "", command: script("console.log(1)"), wayOut });
    expect(await fine.run(context)).toEqual({ passed: 1, failed: 0, output: "1\n" });
  });

  test("that ends with a total counts as many", async () => {
    const result = await run("console.log('7 passed, 2 failed'); process.exit(1)").run(context);
    expect(result).toMatchObject({ passed: 7, failed: 2 });
    expect(await run("console.log('7 passed, 0 failed')").run(context)).toMatchObject({ passed: 7, failed: 0 });
  });

  test("that ends badly never counts as good", () => {
    const result = { exitCode: 134, timedOut: false, output: "7 passed, 0 failed\n" };
    expect(resultOfCommand(result, 1)).toMatchObject({ passed: 7, failed: 1 });
  });

  test("takes its full rounds under verify:full", async () => {
    const rounds = run("console.log('1 passed, 0 failed')", "console.log('9 passed, 0 failed')");
    expect(await rounds.run({ ...context, full: true })).toMatchObject({ passed: 9 });
    expect(await rounds.run(context)).toMatchObject({ passed: 1 });
  });

  test("that hangs is killed and says so", async () => {
    const options = { cwd: folder, logFile: join(folder, "hang.log"), timeoutMs: 300 };
    const result = await runCommand(script("console.log('begun'); await Bun.sleep(60_000)"), options);
    expect(result.timedOut).toBe(true);
    expect(resultOfCommand(result, 5)).toMatchObject({ failed: 1, note: "stopped after 5 min" });
  });
});

describe("the summary of bun test", () => {
  const read = (output: string, exitCode: number): StepResult => resultOfTests({ output, exitCode, timedOut: false });
  const ran = "Ran 5 tests across 2 files. [5.00ms]\n";

  test("is counted, skipped tests as a note", () => {
    const result = read(`\n\n 3 pass\n 1 skip\n 1 todo\n 0 fail\n 9 expect() calls\n${ran}`, 0);
    expect(result).toMatchObject({ passed: 3, failed: 0, note: "2 skipped" });
    expect(read(`\n 4 pass\n 1 fail\n${ran}`, 1)).toMatchObject({ passed: 4, failed: 1 });
  });

  test("that is missing is a failure, also with exit 0", () => {
    expect(read("panic: segmentation fault", 139)).toMatchObject({ passed: 0, failed: 1 });
    expect(read("", 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("that is missing is told with how the run ended, for nothing else may be printed", () => {
    expect(read("bun test v1.4.5\n", 137).note).toBe("bun test ended with exit code 137 and no summary");
    expect(read("bun test v1.4.5\n", 0).note).toBe("bun test ended with exit code 0 and no summary");
  });

  test("of no test at all is a failure", () => {
    expect(read(`\n 0 pass\n 0 fail\n${ran.replace("5 tests", "0 tests")}`, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("without failures but with a bad exit is a failure", () => {
    expect(read(`\n 5 pass\n 0 fail\n${ran}`, 1)).toMatchObject({ passed: 5, failed: 1 });
  });

  test("is not confused by what a test printed before", () => {
    expect(read(`\n 99 pass\nnoise\n 2 pass\n 0 fail\n${ran}`, 0)).toMatchObject({ passed: 2, failed: 0 });
  });
});

test("findings become one line each", () => {
  const finding = { file: "a.ts", line: 3, rule: "driver", sentence: "No." };
  expect(resultOfFindings([finding, finding], "")).toEqual({
    passed: 0,
    failed: 1,
    note: "2 findings",
    output: "a.ts:3 driver: No.\na.ts:3 driver: No.",
  });
  expect(resultOfFindings([], "9 files")).toEqual({ passed: 1, failed: 0, note: "9 files" });
});

test("a long output keeps its ends and says where the rest is", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`).join("\n");
  const shown = bounded(lines, "artifacts/x.log").split("\n");
  expect(shown.length).toBeLessThan(120);
  expect(shown).toContain("line 0");
  expect(shown).toContain("line 499");
  expect(shown.find((line) => line.includes("artifacts/x.log"))).toMatch(/^… \d+ more lines/);
});

describe("project files", () => {
  test("without git are walked, the ignored folders left out, and only text is read", async () => {
    const root = join(folder, "archive");
    await Promise.all([
      Bun.write(join(root, "src/a.ts"), "export {};"),
      Bun.write(join(root, "node_modules/b/b.ts"), "b"),
      Bun.write(join(root, ".env"), "A=1"),
      Bun.write(join(root, "logo.png"), new Uint8Array([137, 80, 0, 1])),
    ]);
    const paths = await listProjectFiles(root);
    expect(paths).toEqual(["logo.png", "src/a.ts"]);
    expect(await readTextFiles(root, paths)).toEqual([{ path: "src/a.ts", text: "export {};" }]);
  });
});

async function runVerify(...arguments_: readonly string[]) {
  const command = [process.execPath, resolve(import.meta.dir, "verify.ts"), ...arguments_];
  return runCommand(command, { cwd: folder, logFile: join(folder, "run.log"), timeoutMs: 30_000 });
}
