import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");
const commands = [
  "cli/scripts/docs.ts",
  "bench/src/compare/main.ts",
  "bench/src/scale/main.ts",
  "bench/src/soak/main.ts",
  "packages/testing/src/api-docs/main.ts",
  "packages/testing/src/browser/main.ts",
  "packages/testing/src/fuzz/main.ts",
  "tools/src/ship/main.ts",
  "tools/src/containers/kubernetes.ts",
  "tools/src/mutate.ts",
];

async function run(command: string, ...words: readonly string[]) {
  const child = Bun.spawn([process.execPath, command, ...words], { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, stdout, stderr };
}

test.each(commands)("%s starts nothing for an option that it does not know", async (command) => {
  expect(await run(command, "--chekc")).toEqual({
    exit: 2,
    stdout: "",
    stderr: expect.stringMatching(/^Unknown option '--chekc'\n\nUsage: bun run /),
  });
});

test.each([
  ["fuzz", "packages/testing/src/fuzz/main.ts"],
  ["simulate", "packages/testing/src/simulator/main.ts"],
  ["chaos", "packages/testing/src/chaos/main.ts"],
  ["mutate", "tools/src/mutate.ts"],
  ["docs:cli", "cli/scripts/docs.ts"],
  ["bench:scale", "bench/src/scale/main.ts"],
])("%s says how it is used", async (name, command) => {
  const { exit, stdout } = await run(command, "--help");
  expect([exit, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: bun run ${name} \\[`))]);
});

test("a wrong variant that does not exist is not taken for one that was caught", async () => {
  const { exit, stderr } = await run("packages/testing/src/simulator/main.ts", "--variant", "none-such");
  expect([exit, stderr]).toEqual([2, expect.stringMatching(/^There is no variant none-such\. There are: /)]);
});

test("a number of the fuzzer is one", async () => {
  const { exit, stderr } = await run("packages/testing/src/fuzz/main.ts", "--bodies=all");
  expect([exit, stderr]).toEqual([
    2,
    expect.stringMatching(/^--bodies takes a whole number from 0 to \d+, not all\.\n/),
  ]);
});

test.each([
  ["--products", "many"],
  ["--orders", "0"],
  ["--seconds", "1e9"],
])("bench:scale measures nothing for %s %s", async (option, value) => {
  const { exit, stderr } = await run("bench/src/scale/main.ts", option, value);
  expect([exit, stderr]).toEqual([
    2,
    expect.stringMatching(new RegExp(`^${option} takes a number above 0, at most \\d+, not ${value}\\.\n\nUsage: `)),
  ]);
});

test("ship deletes no folder that it has not made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ship-test-"));
  await Bun.write(join(folder, "notes.txt"), "precious");
  const { exit, stderr } = await run("tools/src/ship/main.ts", "--out", folder);
  expect([exit, stderr]).toEqual([2, expect.stringContaining("holds what is not of this command: name a new folder.")]);
  expect(await readdir(folder)).toEqual(["notes.txt"]);
  await rm(folder, { recursive: true });
});
