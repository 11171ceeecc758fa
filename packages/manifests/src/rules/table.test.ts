import { describe, expect, test } from "bun:test";
import { explainRule, listRules } from "../explain.ts";
import { findRule, parseLevels, RULES } from "./table.ts";

describe("the table of rules", () => {
  test("gives every rule its own id and something to explain", () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { id, title, why, wrong, right } of RULES) {
      expect(id).toMatch(/^[a-z\d]+(?:-[a-z\d]+)*$/);
      for (const text of [title, why, wrong, right]) expect(text.length).toBeGreaterThan(8);
      expect(title).not.toEndWith(".");
      expect(why).toEndWith(".");
      expect(wrong).not.toBe(right);
    }
  });

  test("explains a rule with why, wrong and right", () => {
    const text = explainRule("quantity");
    for (const part of ["quantity (error)", "Wrong:", "500milli", "Right:", "500m"]) expect(text).toContain(part);
    expect(listRules()).toHaveLength(RULES.length);
  });

  test("reads levels", () => {
    expect([...parseLevels(["quantity=off", "image-pinned=warn"])]).toEqual([
      ["quantity", "off"],
      ["image-pinned", "warn"],
    ]);
    expect(() => parseLevels(["quantity"])).toThrow("Write quantity=off, quantity=warn or quantity=error.");
    expect(() => parseLevels(["quantity=loud"])).toThrow(RangeError);
    expect(() => findRule("quantiti")).toThrow("There is no rule quantiti (did you mean quantity?).");
  });
});
