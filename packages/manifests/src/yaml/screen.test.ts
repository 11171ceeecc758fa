import { Glob } from "bun";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { join } from "node:path";
import { stringify } from "yaml";
import { parseSource } from "./document.ts";
import { mayRepeatKeys } from "./screen.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const ROOT = join(import.meta.dir, "../..");

describe("mayRepeatKeys", () => {
  test.each([
    ["in a block map", "a: 1\nb: 2\na: 3\n"],
    ["with other quotes", "a: 1\n'a': 3\n"],
    ["in a flow map", "x: { a: 1, b: 2, a: 3 }\n"],
    ["in an item of a list", "x:\n  - a: 1\n    b: 2\n    a: 3\n"],
    ["after a block text", "a: |\n  b: 1\n  b: 2\nc: 1\na: 2\n"],
    ["after a deeper map", "a:\n  b:\n    c: 1\na: 2\n"],
    ["after a list at the same indent", "a:\n- b: 1\n- b: 2\na: 3\n"],
    ["of a flow map over lines", "x: { a: 1,\n  a: 2 }\n"],
  ])("suspects a key twice %s", (_, text) => expect(mayRepeatKeys(text)).toBe(true));

  test.each([
    ["in two items", "x:\n  - a: 1\n  - a: 2\n"],
    ["in two maps", "x:\n  a: 1\ny:\n  a: 1\n"],
    ["inside a block text", "x: |\n  a: 1\n  a: 2\ny: 1\n"],
    ["in two documents", "a: 1\n---\na: 1\n"],
    ["in comments", "a: 1\n# a: 2\n"],
    ["in two flow maps of two lines", "x: { a: 1 }\ny: { a: 1 }\n"],
  ])("lets a key pass that stands once %s", (_, text) => expect(mayRepeatKeys(text)).toBe(false));

  test("suspects whatever the parser finds", () => {
    const key = fc.constantFrom("a", "b", "name", "x.y/z", "1");
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(1, "text", "two\nlines\n", true),
        tie("list"),
        tie("map"),
      ),
      list: fc.array(tie("node"), { maxLength: 3 }),
      map: fc.dictionary(key, tie("node"), { maxKeys: 4 }),
    }));
    let repeated = 0;
    fc.assert(
      fc.property(fc.dictionary(key, value.node, { minKeys: 1, maxKeys: 4 }), fc.nat(), (map, at) => {
        const lines = stringify(map).split("\n");
        // One line again, at another place: often that is a key twice.
        const line = lines[at % lines.length] ?? "";
        lines.splice((at * 7) % lines.length, 0, line);
        const text = lines.join("\n");
        const { problems } = parseSource({ file: "x", text });
        // What is no YAML at all is refused by whoever reads it.
        const isRepeated = problems.length > 0 && problems.every(({ rule }) => rule === "yaml-duplicate-key");
        if (isRepeated) repeated++;
        expect(isRepeated && !mayRepeatKeys(text) ? text : "").toBe("");
      }),
      { numRuns: 1000 },
    );
    expect(repeated).toBeGreaterThan(30);
  });

  test("suspects the corpus of repeated keys and hardly any other manifest", async () => {
    const files = [...new Glob("{corpus,examples}/**/*.yaml").scanSync(ROOT)];
    const suspects: string[] = [];
    for (const file of files) if (mayRepeatKeys(await Bun.file(join(ROOT, file)).text())) suspects.push(file);
    expect(suspects).toEqual(expect.arrayContaining(files.filter((file) => file.includes("yaml-duplicate-key"))));
    expect(suspects.length).toBeLessThan(files.length / 10);
  });
});
