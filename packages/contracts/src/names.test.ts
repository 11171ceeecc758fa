import { expect, test } from "bun:test";
import { Glob } from "bun";

test("a schema's title, its name in the OpenAPI documents, is its name here too", async () => {
  const files = [...new Glob("*.ts").scanSync(import.meta.dir)].filter((file) => !file.endsWith(".test.ts"));
  const modules = await Promise.all(files.map((file) => import(`./${file}`) as Promise<Record<string, unknown>>));
  const titles = modules
    .flatMap((module) => Object.entries(module))
    .map(([name, value]) => [name, (value as { title?: unknown } | undefined)?.title])
    .filter(([, title]) => title !== undefined);
  expect(titles.length).toBeGreaterThan(50);
  expect(titles.filter(([name, title]) => name !== title)).toEqual([]);
});
