import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundledPackages, packageOf } from "./bundled.ts";
import { licensed, noticesOf } from "./notices.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notices-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function packageWith(license: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const place = join(folder, crypto.randomUUID());
  await Bun.write(join(place, "package.json"), JSON.stringify({ name: "thing", version: "1.2.3", license }));
  for (const [name, text] of Object.entries(files)) await Bun.write(join(place, name), text);
  return place;
}

test("what the bundles hold is found, and what they only could hold is not", async () => {
  const names = (await bundledPackages(resolve(import.meta.dir, "../../.."))).map((place) => place.split("/").at(-1));
  for (const name of ["elysia", "mongodb", "bcrypt", "swagger-ui-dist", "commander", "yaml"])
    expect(names).toContain(name);
  for (const name of ["typescript", "fast-check", "oxlint"]) expect(names).not.toContain(name);
}, 60_000);

test("a file belongs to the innermost package", () => {
  expect(packageOf("/x/node_modules/.bun/a@1/node_modules/@b/c/lib/d.js")).toBe(
    "/x/node_modules/.bun/a@1/node_modules/@b/c",
  );
  expect(packageOf("/x/node_modules/a/index.js")).toBe("/x/node_modules/a");
  expect(packageOf("/x/packages/client/src/index.ts")).toBeUndefined();
});

test("licence and notice files are passed on whole, and nothing else", async () => {
  const files = {
    "LICENSE.md": "Copyright A\r\nDo as you like\n",
    NOTICE: "By B",
    "licensing-faq.txt": "no",
    "README.md": "no",
  };
  expect(await licensed(await packageWith("MIT", files))).toEqual({
    title: "thing 1.2.3 (MIT)",
    texts: ["Copyright A\nDo as you like", "By B"],
  });
});

test("a licence that asks for more than its text is refused", async () => {
  expect(licensed(await packageWith("GPL-3.0-only"))).rejects.toThrow("thing 1.2.3 is licensed under GPL-3.0-only");
});

test("equal texts stand once, below all that they are of", () => {
  const notices = noticesOf([
    { title: "a 1 (MIT)", texts: ["one"] },
    { title: "b 1 (MIT)", texts: ["two"] },
    { title: "c 1 (MIT)", texts: ["one"] },
    { title: "d 1 (MIT)", texts: [] },
  ]);
  expect(notices).toContain("a 1 (MIT)\nc 1 (MIT)\n\none\n");
  expect(notices).toContain("b 1 (MIT)\n\ntwo\n");
  expect(notices).toContain("d 1 (MIT)\n\n(The package names its licence and holds no text of it.)\n");
});
