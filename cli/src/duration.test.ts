import { describe, expect, test } from "bun:test";
import { parseDuration, parsePointInTime } from "./duration.ts";
import { parseItem } from "./items.ts";
import { readInteger, readNumber } from "./numbers.ts";

describe("durations", () => {
  const cases = {
    "500ms": 500,
    "30s": 30_000,
    "5m": 300_000,
    "2h": 7_200_000,
    "1d": 86_400_000,
    "7": 7000,
    "1.5s": 1500,
  };
  for (const [text, milliseconds] of Object.entries(cases))
    test(text, () => expect(parseDuration(text)).toBe(milliseconds));
  for (const text of ["", "soon", "-1s", "1w", "1s2"])
    test(`"${text}" is refused`, () => expect(() => parseDuration(text)).toThrow("is not a duration"));
});

test("points in time are ago, or a date", () => {
  const nowMs = Date.parse("2026-03-01T12:00:00Z");
  expect(parsePointInTime("2h", nowMs).toISOString()).toBe("2026-03-01T10:00:00.000Z");
  expect(parsePointInTime("2026-01-31", nowMs).toISOString()).toBe("2026-01-31T00:00:00.000Z");
  expect(parsePointInTime("2024-02-29", nowMs).toISOString()).toBe("2024-02-29T00:00:00.000Z");
  expect(parsePointInTime("2026-01-31T23:30:00.123456789-01:00", nowMs).toISOString()).toBe("2026-02-01T00:30:00.123Z");
  for (const text of ["yesterday", "2026-13-45", "5", "999999999d"])
    expect(() => parsePointInTime(text, nowMs)).toThrow("is neither");
});

describe("a point in time that is none is refused, not moved to the nearest one:", () => {
  const days = ["2026-02-30", "2026-02-29", "2026-04-31T12:00:00Z", "2026-13-01", "2026-00-10"];
  const hours = ["2026-02-28T24:00:00Z", "2026-01-31T23:60:00Z", "2026-01-31T12:00:00+25:00"];
  const others = ["2026-01-31T12:00:00", "2026-01-31T12:00", "2026-01-31 (noon)", "2026-01-31 GMT+3"];
  for (const text of [...days, ...hours, ...others])
    test(text, () => expect(() => parsePointInTime(text, 0)).toThrow("is neither"));
});

test("items are read with and without a quantity", () => {
  expect(parseItem("Keyboard=2")).toEqual({ product: "Keyboard", quantity: 2 });
  expect(parseItem("Mouse")).toEqual({ product: "Mouse", quantity: 1 });
  expect(parseItem("a=b=3")).toEqual({ product: "a=b", quantity: 3 });
  expect(() => parseItem("Keyboard=0")).toThrow("must order 1 to 1000000 units");
  expect(() => parseItem("Keyboard=two")).toThrow("no whole number");
  expect(() => parseItem("Keyboard=99999999")).toThrow("must order 1 to 1000000 units");
  for (const nameless of ["=2", ""]) expect(() => parseItem(nameless)).toThrow("names no product");
});

test("numbers of options are read strictly", () => {
  expect(readNumber("--price", "89.90")).toBe(89.9);
  expect(["1e3", ".5", "5.", "+5"].map((text) => readNumber("--price", text))).toEqual([1000, 0.5, 5, 5]);
  for (const text of ["", " ", "a lot", "Infinity", "NaN", "1,5", "1_000", "0x10", "0b1"])
    expect(() => readNumber("--price", text)).toThrow("--price");
  const bounds = { minimum: -5, maximum: 5 };
  expect([readInteger("--by", "-5", bounds), readInteger("--by", "+3", bounds)]).toEqual([-5, 3]);
  for (const text of ["6", "1.5", "x", "", " 5", "0x5", "1e0"])
    expect(() => readInteger("--by", text, bounds)).toThrow("from -5 to 5");
});
