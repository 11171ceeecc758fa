import { expect, test } from "bun:test";
import { GatheredLines } from "./gathered-lines.ts";

function gathered() {
  const texts: string[] = [];
  const sink = { write: (text: string) => texts.push(text), flush: (done?: () => void) => done?.() };
  return { texts, lines: new GatheredLines(sink) };
}

test("lines are handed on together, in order, at 12 KiB", () => {
  const { texts, lines } = gathered();
  const line = (index: number) => `{"level":"info","n":${String(index).padStart(6, "0")}}\n`;
  let written = "";
  for (let index = 0; index < 1000; index++) {
    lines.write(line(index));
    written += line(index);
  }
  lines.flush();
  expect(texts.join("")).toBe(written);
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text.length).toBeLessThan(12 * 1024 + line(0).length);
});

test("what is few waits for a second at most", async () => {
  const { texts, lines } = gathered();
  lines.write("{}\n");
  lines.write("{}\n");
  expect(texts).toEqual([]);
  await Bun.sleep(1100);
  expect(texts).toEqual(["{}\n{}\n"]);
});

test.each(["error", "fatal"])("a line of level %s goes at once, with what came before it", (level) => {
  const { texts, lines } = gathered();
  lines.write('{"level":"info"}\n');
  lines.write(`{"level":"${level}"}\n`);
  expect(texts).toEqual([`{"level":"info"}\n{"level":"${level}"}\n`]);
});

test("a flush hands on what there is, and then asks the sink for its own", async () => {
  const { texts, lines } = gathered();
  lines.write("{}\n");
  await new Promise<void>((resolve) => lines.flush(() => resolve()));
  expect(texts).toEqual(["{}\n"]);
  lines.flush();
  expect(texts).toEqual(["{}\n"]);
});
