import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { toYaml } from "./yaml.ts";

const texts = [
  "",
  " ",
  "yes",
  "~",
  "null",
  "1",
  "1e3",
  "0x1f",
  "2026-01-31",
  "- a",
  "a: b",
  "a #b",
  "#",
  "&a",
  "*a",
  "!t",
];
const harder = [
  "|",
  ">",
  "%",
  "@",
  "`",
  "a\nb",
  "tab\there",
  '"',
  "'",
  "\\",
  "山田",
  "\u0085",
  "a ",
  "…",
  "=",
  "<<",
  "?",
  "{a}",
];

describe("a text comes back from its YAML, as value and as key", () => {
  for (const text of [...texts, ...harder]) {
    test(JSON.stringify(text), () => {
      const value = { text, list: [text, [text]], nested: [{ [text === "" ? "empty" : text]: text }] };
      expect(parse(toYaml(value))).toEqual(value);
    });
  }
});

test("any other JSON comes back from its YAML", () => {
  for (const value of [
    0,
    -1.5,
    true,
    null,
    [],
    {},
    [[]],
    [{}],
    { a: [] },
    [[1, [2]], { b: { c: null } }],
    [[[{ d: [{}] }]]],
  ])
    expect(parse(toYaml(value))).toEqual(value);
});

test("it reads as a person would write it", () => {
  const order = {
    id: "a1",
    paid: false,
    note: "yes",
    items: [{ name: "Mouse", quantity: 2 }],
    tags: [],
    gone: undefined,
  };
  expect(toYaml(order)).toBe('id: a1\npaid: false\nnote: "yes"\nitems:\n  - name: Mouse\n    quantity: 2\ntags: []\n');
});
