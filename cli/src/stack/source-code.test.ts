import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hasCodeChanged, sourceCode } from "./source-code.ts";

let root: string;
const write = async (path: string, text: string) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};
const packageOf = (...dependencies: readonly string[]) =>
  JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, "*"])) });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "source-code-"));
  await write("bun.lock", "{}");
  await write("package.json", JSON.stringify({ patchedDependencies: { "driver@1.0.0": "patches/driver.patch" } }));
  await write("patches/driver.patch", "");
  await write("cli/package.json", packageOf("@pos/kit", "chalk"));
  await write("cli/src/main.ts", "run();");
  await write("packages/kit/package.json", packageOf());
  await write("packages/kit/src/http/answer.ts", "answer();");
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a change of what a stack runs, and of nothing else, gives it another name", async () => {
  const before = sourceCode(root);
  await write("cli/src/main.test.ts", "test();");
  await write("packages/other/src/main.ts", "other();");
  await write("packages/kit/node_modules/elysia/index.js", "elysia();");
  await utimes(join(root, "cli/src/main.ts"), new Date(), new Date(0));
  expect(sourceCode(root)).toBe(before);
  const names = [before];
  for (const path of [
    "packages/kit/src/http/answer.ts",
    "packages/kit/src/new.ts",
    "cli/src/main.ts",
    "bun.lock",
    "patches/driver.patch",
  ]) {
    await write(path, "changed");
    names.push(sourceCode(root));
  }
  await rm(join(root, "packages/kit/src/new.ts"));
  names.push(sourceCode(root));
  expect(new Set(names).size).toBe(names.length);
});

test("what cannot be read is nothing that has changed", async () => {
  expect(sourceCode(join(root, "nowhere"))).toBeUndefined();
  const code = sourceCode();
  const state = { phase: "ready" } as never as Parameters<typeof hasCodeChanged>[0];
  expect([code, hasCodeChanged({ ...state, code: code ?? "" }), hasCodeChanged(state)]).toEqual([
    expect.any(String),
    false,
    true,
  ]);
});
