import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { variants } from "./all-variants.ts";
import { runSeed } from "./run-seed.ts";

setDefaultTimeout(120_000);

const SEEDS = 5000;

test(`${SEEDS} schedules keep every invariant`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violations } = runSeed(seed);
    expect(violations, `replay it with: bun run simulate --seed ${seed} --trace`).toEqual([]);
  }
});

test("a seed is the same schedule every time", () => {
  const traced = (seed: number) => {
    const lines: string[] = [];
    runSeed(seed, { trace: (line) => lines.push(line) });
    return lines;
  };
  expect(traced(7)).toEqual(traced(7));
  expect(traced(7).length).toBeGreaterThan(100);
  expect(traced(7)).not.toEqual(traced(8));
});

test("every file of variants/ is run and opens with what a user would suffer", () => {
  const folder = new URL("./variants/", import.meta.url);
  const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
  expect(variants.map(({ name }) => name).sort()).toEqual(names.sort());
  for (const name of names) {
    expect(readFileSync(new URL(`${name}.ts`, folder), "utf8")).toMatch(/^\/\/ [A-Z].+[.!]\n/);
  }
});

test.each(variants.map((variant) => [variant.name, variant] as const))(
  "%s is caught by its pinned seed",
  (_name, { seams, pinnedSeed }) => {
    // A change of the protocol may change what a seed stands for: `bun run simulate --variants` names another.
    expect(runSeed(pinnedSeed, { seams }).violations).not.toEqual([]);
    expect(runSeed(pinnedSeed).violations).toEqual([]);
  },
);
