import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FollowedFile } from "./followed-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ordersctl-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A log file and what a reader of it sees anew. */
function followed(name: string) {
  const path = join(folder, name);
  const file = new FollowedFile(path, "user");
  return { path, file, news: () => file.read().map(({ raw }) => raw) };
}

test("what was added is read once, lines when they are whole", () => {
  const { path, file, news } = followed("added");
  expect([file.exists, news()]).toEqual([false, []]);
  appendFileSync(path, "one\ntw");
  expect([file.exists, news()]).toEqual([true, ["one"]]);
  expect(news()).toEqual([]);
  appendFileSync(path, "o\nthree\n");
  expect(news()).toEqual(["two", "three"]);
});

test("a file that was emptied is read from its begin on", () => {
  const { path, news } = followed("emptied");
  appendFileSync(path, "a long line of before\nanother one\n");
  news();
  truncateSync(path);
  expect(news()).toEqual([]);
  appendFileSync(path, "after\n");
  expect(news()).toEqual(["after"]);
});

test("a line of which a part was read before the file was emptied takes nothing from the first one after it", () => {
  const { path, news } = followed("cut");
  appendFileSync(path, Buffer.from("a whole line\nthe begin of Zoë").subarray(0, -1));
  expect(news()).toEqual(["a whole line"]);
  truncateSync(path);
  appendFileSync(path, "after\n");
  expect(news()).toEqual(["after"]);
});

test("a letter that is not yet written whole is not lost", () => {
  const { path, news } = followed("letters");
  const line = Buffer.from("Zoë 🛒\n");
  const seen: string[] = [];
  for (const byte of line) {
    appendFileSync(path, Buffer.from([byte]));
    seen.push(...news());
  }
  expect(seen).toEqual(["Zoë 🛒"]);
});

test("it begins with the last so many lines, and with what was set aside where these are too few", () => {
  const { path, file, news } = followed("begin");
  const begin = (lines?: number) => [...file.begin(lines)].map(({ raw }) => raw);
  // Longer than what is read at a time, and cut in the middle of a letter.
  const long = `{${"ë".repeat(700_000)}}`;
  appendFileSync(`${path}.1`, `{one}\n${long}\n{three}\n`);
  expect(begin()).toEqual(["{one}", long, "{three}"]);
  appendFileSync(path, `{four}\n${long}\n{six}\n{sev`);
  expect(begin()).toEqual(["{one}", long, "{three}", "{four}", long, "{six}"]);
  appendFileSync(path, "en}\n");
  expect(news()).toEqual(["{seven}"]);
  expect(begin(1)).toEqual(["{seven}"]);
  expect(begin(3)).toEqual([long, "{six}", "{seven}"]);
  expect(begin(4)).toEqual(["{four}", long, "{six}", "{seven}"]);
  expect(begin(6)).toEqual([long, "{three}", "{four}", long, "{six}", "{seven}"]);
  expect(begin(9)).toEqual(["{one}", long, "{three}", "{four}", long, "{six}", "{seven}"]);
  expect(news()).toEqual([]);
});

test("text at the begin of the last so many lines comes with the line that it belongs to", () => {
  const { path, file } = followed("text");
  const begin = (lines: number) => [...file.begin(lines)].map(({ raw }) => raw);
  const stack = ["panic: x", "  at main.ts:1"];
  appendFileSync(path, `{one}\n{two}\n${stack.join("\n")}\n{three}\n`);
  expect(begin(1)).toEqual(["{three}"]);
  for (const lines of [2, 3, 4]) expect(begin(lines)).toEqual(["{two}", ...stack, "{three}"]);
  expect(begin(5)).toEqual(["{one}", "{two}", ...stack, "{three}"]);
  // As long as what is read at a time.
  const long = `{${"x".repeat(2 ** 20 - 3)}}`;
  appendFileSync(path, `${long}\n`);
  expect(begin(1)).toEqual([long]);
});
