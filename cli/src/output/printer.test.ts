import { describe, expect, test } from "bun:test";
import { Chalk } from "chalk";
import { parseFormat, Printer, type View } from "./printer.ts";
import { widthOf } from "./text.ts";
import { parse } from "yaml";

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly stock: number;
}

const view: View<Thing> = {
  kind: "thing",
  id: ({ id }) => id,
  columns: [
    { header: "ID", value: ({ id }) => id },
    { header: "NAME", value: ({ name }) => name },
    { header: "STOCK", value: ({ stock }) => String(stock), align: "right" },
    { header: "MORE", value: ({ name }) => name.toUpperCase(), wide: true },
  ],
};
const things: readonly Thing[] = [
  { id: "a", name: "Mouse", stock: 2 },
  { id: "b", name: "山田 desk", stock: 10 },
];

function print(format: string, use: (printer: Printer) => void, columns?: number): string {
  let printed = "";
  const stream = {
    write: (text: string) => void (printed += text),
    isTty: columns !== undefined,
    columns: columns ?? 80,
  };
  use(new Printer(stream, parseFormat(format), new Chalk({ level: 0 })));
  return printed;
}

test("a template that is wrong is refused before the command does anything", () => {
  expect(() => parseFormat("jsonpath={.id")).toThrow("ends unexpectedly");
});

describe("a list", () => {
  const cases: readonly (readonly [format: string, printed: string])[] = [
    ["table", "ID  NAME       STOCK\na   Mouse          2\nb   山田 desk     10\n"],
    ["wide", "ID  NAME       STOCK  MORE\na   Mouse          2  MOUSE\nb   山田 desk     10  山田 DESK\n"],
    ["json", `${JSON.stringify(things, undefined, 2)}\n`],
    ["ndjson", things.map((thing) => `${JSON.stringify(thing)}\n`).join("")],
    ["yaml", '- id: a\n  name: Mouse\n  stock: 2\n- id: b\n  name: "山田 desk"\n  stock: 10\n'],
    ["name", "thing/a\nthing/b\n"],
    ["jsonpath={.items[*].stock}", "2 10"],
  ];
  for (const [format, printed] of cases)
    test(format, () => expect(print(format, (printer) => printer.list(things, view))).toBe(printed));
});

test("a name that would steer the terminal steers nothing there in jsonpath, and is itself for a program", () => {
  const hostile = { id: "a", name: "\u001b]0;X\u0007\u009b2J", stock: 1 };
  const template = 'jsonpath={.id}{"\\t"}{.name}{"\\n"}';
  expect(print(template, (printer) => printer.one(hostile, view))).toBe(`a\t${hostile.name}\n`);
  expect(print(template, (printer) => printer.one(hostile, view), 80)).toBe("a\t\\u001b]0;X\\u0007\\u009b2J\n");
});

for (const format of ["json", "ndjson", "yaml"])
  test(`a name that would steer the terminal is the same name in ${format}, and steers nothing`, () => {
    const hostile = { id: "a", name: "\u009b2J\u007f\u202eX\u2028\ufeff\u001b[2J", stock: 1 };
    const printed = print(format, (printer) => printer.list([hostile], view));
    expect(printed).toMatch(/^[\n -~]*$/);
    expect([parse(printed)].flat()).toEqual([hostile]);
  });

describe("one thing", () => {
  const [thing] = things;
  const cases: readonly (readonly [format: string, printed: string])[] = [
    ["table", "ID  NAME   STOCK\na   Mouse      2\n"],
    ["json", `${JSON.stringify(thing, undefined, 2)}\n`],
    ["yaml", "id: a\nname: Mouse\nstock: 2\n"],
    ["name", "thing/a\n"],
    ["jsonpath={.name}", "Mouse"],
  ];
  for (const [format, printed] of cases)
    test(format, () => expect(print(format, (printer) => thing && printer.one(thing, view))).toBe(printed));
});

test("things that come one by one have no header each", () => {
  const printed = (format: string) => print(format, (printer) => things.forEach((thing) => printer.item(thing, view)));
  expect(printed("table")).toBe("a   Mouse      2\nb   山田 desk     10\n");
  expect(printed("yaml")).toStartWith("---\nid: a\n");
  expect(printed("json")).toBe(printed("ndjson"));
});

test("what is cut to fit is never a column that is kept whole, although it is as wide", () => {
  const [id, name] = ["0123456789abcdef01234567", "A name of just 24 letters"];
  const kept: View<Thing> = {
    ...view,
    columns: view.columns.map((column, at) => ({ ...column, ...(at === 0 ? { keep: true } : {}) })),
  };
  const printed = print("table", (printer) => printer.list([{ id, name: name.slice(0, 24), stock: 1 }], kept), 41);
  expect(printed).toContain(id);
  expect(printed).toContain("…");
});

test("an empty list is an empty table, and an empty JSON list", () => {
  expect(print("table", (printer) => printer.list([], view))).toBe("");
  expect(print("json", (printer) => printer.list([], view))).toBe("[]\n");
});

test("on a narrow terminal the widest columns are cut, and no line is longer than the terminal", () => {
  const long = [{ id: "a".repeat(24), name: "A name of no importance whatever", stock: 1 }];
  const printed = print("table", (printer) => printer.list(long, view), 40);
  for (const line of printed.trimEnd().split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(40);
  expect(printed).toContain("…");
  expect(print("wide", (printer) => printer.list(long, view), 40)).not.toContain("…");
});

test("where a table has no room each cell stands on a line of its own, and nothing is cut", () => {
  const id = "0123456789abcdef01234567";
  const kept: View<Thing> = { ...view, columns: view.columns.map((column) => ({ ...column, keep: true })) };
  const named = things.map((thing) => ({ ...thing, id }));
  const rows = [`ID     ${id}\nNAME   Mouse\nSTOCK  2\n\n`, `ID     ${id}\nNAME   山田 desk\nSTOCK  10\n\n`];
  expect(print("table", (printer) => printer.list(named, kept), 40)).toBe(rows.join(""));
  expect(print("table", (printer) => printer.item(named[1] as Thing, kept), 40)).toBe(rows[1] ?? "");
  expect(print("table", (printer) => printer.list(named, kept), 42)).toStartWith("ID ");
  for (const columns of [42, undefined])
    expect(print("table", (printer) => printer.list(named, kept), columns).split("\n")).toHaveLength(4);
});

test("an unknown format is refused with those that there are", () => {
  expect(() => parseFormat("xml")).toThrow("-o xml is not an output format; use one of table, wide, json");
});
