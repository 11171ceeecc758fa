import { describe, expect, test } from "bun:test";
import { jsonpath } from "./jsonpath.ts";

const order = {
  id: "a1",
  total: 3.5,
  items: [
    { productName: "Mouse", quantity: 2, tags: ["x", "y"] },
    { productName: "Desk", quantity: 1, tags: [] },
  ],
  "odd name": { deep: null },
};

describe("jsonpath selects", () => {
  const cases: readonly (readonly [template: string, result: string])[] = [
    ["{.id}", "a1"],
    [".id", "a1"],
    ["{$.total}", "3.5"],
    ["{@.total}", "3.5"],
    ["{.items[*].quantity}", "2 1"],
    ["{.items[0].productName}", "Mouse"],
    ["{.items[-1].productName}", "Desk"],
    ["{.items[7].productName}", ""],
    ["{['odd name'].deep}", "null"],
    ["{.items[0]['productName']}", "Mouse"],
    ["{.items.*.productName}", "Mouse Desk"],
    ["{.items[0]}", '{"productName":"Mouse","quantity":2,"tags":["x","y"]}'],
    ["{.missing}", ""],
    ["{.id.more}", ""],
    ["{.toString}", ""],
    ["{.}", JSON.stringify(order)],
  ];
  for (const [template, result] of cases) test(template, () => expect(jsonpath(template, order)).toBe(result));
});

describe("jsonpath writes", () => {
  const cases: readonly (readonly [template: string, result: string])[] = [
    ["order {.id}: {.total}!", "order a1: 3.5!"],
    ['{range .items[*]}{.quantity}x {.productName}{"\\n"}{end}', "2x Mouse\n1x Desk\n"],
    ["{range .items[*]}[{range .tags[*]}{@}{end}]{end}", "[xy][]"],
  ];
  for (const [template, result] of cases) test(template, () => expect(jsonpath(template, order)).toBe(result));
});

describe("jsonpath refuses", () => {
  const cases: readonly (readonly [template: string, message: string])[] = [
    ["{.items[?(@.quantity>1)]}", "cannot be parsed"],
    ["{.id} {", "ends unexpectedly"],
    ["{end}", "without a {range}"],
    ['{"\\q"}', "cannot be parsed"],
    ["{range .items[*]}{.id}", "without an {end}"],
    [`{.${"a".repeat(10_001)}}`, "longer than 10,000"],
  ];
  for (const [template, message] of cases)
    test(template.slice(0, 30), () => expect(() => jsonpath(template, order)).toThrow(message));
});
