import { expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseSource } from "../yaml/document.ts";
import { readComposeFile } from "./compose-file.ts";

// A busy machine is slow, and the whole corpus is read here.
setDefaultTimeout(120_000);

const ROOT = join(import.meta.dir, "../../../..");
const source = (text: string) => ({ file: "compose.yaml", text });
const service = (lines: string): string => `services:\n  web:\n    image: example.com/web:1.0.0\n${lines}`;

test("it is read as the careful parser reads it, places included", async () => {
  const corpus = join(import.meta.dir, "../../corpus");
  const names = (await readdir(corpus, { recursive: true })).filter((name) => name.endsWith(".yaml"));
  let readCount = 0;
  for (const file of [join(ROOT, "compose.yaml"), ...names.map((name) => join(corpus, name))]) {
    const careful = parseSource(source(await Bun.file(file).text()));
    const quick = readComposeFile(source(await Bun.file(file).text()));
    if (quick === undefined) continue;
    readCount++;
    expect(careful.problems).toEqual([]);
    expect(quick.documents.map(({ value }) => value)).toEqual(careful.documents.map(({ value }) => value));
    expect(quick.documents[0]?.locate(["services"])).toEqual(careful.documents[0]?.locate(["services"]) as never);
  }
  expect(readCount).toBeGreaterThan(5);
  expect(readComposeFile(source(await Bun.file(join(ROOT, "compose.yaml")).text()))).toBeDefined();
});

test.each([
  ["a word that Kubernetes takes for a boolean", service("    environment: { DEBUG: yes }\n")],
  ["such a word in a list", service("    command:\n      - on\n")],
  ["an octal number", service("    mode: 0440\n")],
  ["a key that stands twice", service("    image: example.com/web:2.0.0\n")],
  ["a text that is no YAML", service("    ports: [80\n")],
  ["a resource", `kind: ConfigMap\n${service("")}`],
  ["two documents", `${service("")}---\n${service("")}`],
])("%s is left to the careful parser", (_, text) => {
  expect(readComposeFile(source(text))).toBeUndefined();
});
