import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { StackLayout } from "./layout.ts";
import { changedCode, type Part, sourceCodes } from "./source-code.ts";

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
  await write("cli/package.json", packageOf("@pos/kit", "@pos/user-service", "chalk"));
  await write("cli/src/main.ts", "run();");
  await write("packages/kit/package.json", packageOf());
  await write("packages/kit/src/http/answer.ts", "answer();");
  for (const name of ["user", "product", "order"]) {
    await write(`packages/${name}-service/package.json`, packageOf(...(name === "order" ? [] : ["@pos/kit"])));
    await write(`packages/${name}-service/src/config.ts`, "config();");
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a change of what a part of a stack runs, and of nothing else, gives that part another name", async () => {
  let before = sourceCodes(root);
  /** The parts that have another name than before. */
  const changed = () => {
    const now = sourceCodes(root);
    const parts = (Object.keys(now ?? {}) as Part[]).filter((part) => now?.[part] !== before?.[part]);
    before = now;
    return parts;
  };
  await write("cli/src/main.test.ts", "test();");
  await write("packages/other/src/main.ts", "other();");
  await write("packages/kit/node_modules/elysia/index.js", "elysia();");
  await utimes(join(root, "cli/src/main.ts"), new Date(), new Date(0));
  expect([Object.keys(before ?? {}).length, changed()]).toEqual([4, []]);
  const all: readonly Part[] = ["supervisor", "user", "product", "order"];
  const changes: readonly (readonly [path: string, parts: readonly Part[]])[] = [
    ["packages/kit/src/http/answer.ts", ["supervisor", "user", "product"]],
    ["packages/kit/src/new.ts", ["supervisor", "user", "product"]],
    ["packages/user-service/src/main.ts", ["user"]],
    // The supervisor gives a service the variables that this names.
    ["packages/user-service/src/config.ts", ["supervisor", "user"]],
    ["packages/order-service/src/main.ts", ["order"]],
    ["cli/src/main.ts", ["supervisor"]],
    ["bun.lock", all],
    ["patches/driver.patch", all],
  ];
  for (const [path, parts] of changes) {
    await write(path, "changed");
    expect([path, changed()]).toEqual([path, [...parts]]);
  }
  await rm(join(root, "packages/kit/src/new.ts"));
  expect(changed()).toEqual(["supervisor", "user", "product"]);
});

test("what cannot be read is nothing that has changed", () => {
  expect(sourceCodes(join(root, "nowhere"))).toBeUndefined();
});

test("what was started with other code is named, with what starts it anew", () => {
  const layout = { option: " --data-dir D" } as StackLayout;
  const codes = sourceCodes() ?? {};
  const changed = (other: object) => changedCode({ phase: "ready", codes: { ...codes, ...other } } as never, layout);
  expect(changed({})).toBeUndefined();
  expect(changed({ user: "older", order: undefined })).toEqual({
    what: "the code has changed since the start of user-service, order-service",
    fix: "ordersctl restart user --data-dir D && ordersctl restart order --data-dir D",
  });
  expect(changed({ user: "older", supervisor: "older" })).toEqual({
    what: "the code has changed since the start of supervisor, user-service",
    fix: "ordersctl down --data-dir D && ordersctl up -d --data-dir D",
  });
});
