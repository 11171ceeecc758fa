import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../test/world.ts";
import { unpackServices } from "./shipped.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shipped-"));
  await writeFile(join(folder, "held"), "the service");
});
afterEach(async () => {
  globalThis.ordersctlShipped = undefined;
  await rm(folder, { recursive: true, force: true });
});

const ship = (digest: string, files: Record<string, string>) =>
  (globalThis.ordersctlShipped = { commit: "abc", digest, files });

test("sources carry nothing, and neither does the package for Node", () => {
  expect(unpackServices({ HOME: folder })).toBeUndefined();
  ship("", {});
  expect(unpackServices({ HOME: folder })).toBeUndefined();
});

test("a shipped program unpacks its services once into the cache of the user", async () => {
  ship("d1", { "user-service/main.js": join(folder, "held") });
  const place = join(folder, ".cache", "product-order-system", "services");
  expect(unpackServices({ HOME: folder })).toBe(join(place, "d1"));
  expect(await readFile(join(place, "d1", "user-service", "main.js"), "utf8")).toBe("the service");
  await rm(join(folder, "held"));
  expect(unpackServices({ HOME: folder })).toBe(join(place, "d1"));
  expect(await readdir(place)).toEqual(["d1"]);
  expect(unpackServices({ HOME: "/nowhere", XDG_CACHE_HOME: join(folder, ".cache") })).toBe(join(place, "d1"));
});

test("what cannot be unpacked leaves nothing behind", async () => {
  ship("d2", { "user-service/main.js": join(folder, "absent") });
  expect(() => unpackServices({ HOME: folder })).toThrow("ENOENT");
  expect(await readdir(join(folder, ".cache", "product-order-system", "services"))).toEqual([]);
});

test("a shipped program names the commit it was made from, sources name none", async () => {
  expect(await run(["version"])).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^ordersctl \S+\n/) });
  ship("", {});
  expect((await run(["version"])).stdout).toMatch(/^ordersctl \S+ \(abc\)\n/);
  expect(JSON.parse((await run(["version", "-o", "json"])).stdout)).toMatchObject({ commit: "abc" });
});
