import { describe, expect, test } from "bun:test";
import { Cursor } from "./cursor.ts";
import { matchesSelector, printLabels } from "./labels.ts";

const document = { value: undefined, files: () => [], locate: () => ({ file: "x", line: 1, column: 1 }) };
const labels = { app: "web", tier: "front" };

describe("matchesSelector", () => {
  test.each([
    [{}, true],
    [{ matchLabels: { app: "web" } }, true],
    [{ matchLabels: { app: "web", tier: "back" } }, false],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["api", "web"] }] }, true],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["api"] }] }, false],
    [{ matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] }, false],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["api"] }] }, true],
    [{ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, true],
    [{ matchExpressions: [{ key: "tier", operator: "Exists" }] }, true],
    [{ matchExpressions: [{ key: "zone", operator: "Exists" }] }, false],
    [{ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }, false],
    [{ matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }, true],
    [{ matchLabels: { app: "web" }, matchExpressions: [{ key: "zone", operator: "Exists" }] }, false],
  ])("%j: %p", (selector, isTaken) => {
    expect(matchesSelector(new Cursor(document, selector), labels)).toBe(isTaken);
  });

  test("labels are printed as kubectl does", () => {
    expect(printLabels(labels)).toBe("app=web,tier=front");
    expect(printLabels({})).toBe("no labels");
  });
});
