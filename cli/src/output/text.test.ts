import { describe, expect, test } from "bun:test";
import { clean, count, cut, duration, harmless, pad, widthOf } from "./text.ts";

describe("widths", () => {
  const cases: readonly (readonly [text: string, columns: number])[] = [
    ["plain", 5],
    ["\u001b[31mred\u001b[39m", 3],
    ["山田", 4],
    ["Zoë", 3],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["👍🏽", 2],
    ["🈂", 2],
    ["क्षि", 3],
    ["น้ำ", 2],
    ["שָׁלוֹם", 4],
    ["\u200b", 0],
    ["", 0],
  ];
  for (const [text, columns] of cases) test(JSON.stringify(text), () => expect(widthOf(text)).toBe(columns));
});

test("what is cut ends with … and fits", () => {
  expect(cut("Keyboard", 8)).toBe("Keyboard");
  expect(cut("Keyboard", 5)).toBe("Keyb…");
  expect(cut("山田太郎", 5)).toBe("山田…");
  expect(widthOf(cut("山田太郎", 4))).toBeLessThanOrEqual(4);
});

test("padding counts columns, not characters", () => {
  expect(pad("山", 4)).toBe("山  ");
  expect(pad("7", 3, "right")).toBe("  7");
  expect(pad("long", 2)).toBe("long");
});

test("nothing that a terminal obeys comes through", () => {
  expect(clean("a\u001b[2Jb")).not.toContain("\u001b");
  expect(clean("one\ntwo\tthree")).toBe("one two three");
  expect(clean("a\u202eb")).toBe("a\\u202eb");
  for (const mark of ["\u061c", "\u200e", "\u2067"]) {
    expect([clean(mark), harmless(mark)]).not.toContain(mark);
  }
});

test("counts and durations read as words", () => {
  expect([count(1, "order"), count(2, "order"), count(1200, "order")]).toEqual(["1 order", "2 orders", "1,200 orders"]);
  const texts = [350, 2400, 200_000, 18_000_000, 1_100_000_000].map(duration);
  expect(texts).toEqual(["350 ms", "2.4 s", "3 min", "5 h", "12 d"]);
});
