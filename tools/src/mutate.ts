/**
 * Each fault is a file `tools/mutations/<name>.ts` that exports `mutation` (see mutations/mutation.ts): the harm in
 * one sentence, the edits (a text that occurs exactly once, and what replaces it) and the test. Faults are applied to
 * a copy of the tree, never to the tree itself. Exit 1 when a fault survives, when an edit no longer fits its source,
 * or when its test is red or unable to run before anything is broken; 2 when a name is unknown.
 */
import { orUsage } from "@pos/command-options";
import { resolve } from "node:path";
import { stopRunningCommands } from "./command.ts";
import { Judge } from "./mutations/judge.ts";
import { loadMutations, type NamedMutation } from "./mutations/load.ts";
import type { Verdict } from "./mutations/mutation.ts";
import { TreeCopy } from "./mutations/tree-copy.ts";
import { bounded } from "./report.ts";

const USAGE = `Usage: bun run mutate [name …]
Breaks the product on purpose, one fault at a time, and expects a named test to turn red: all faults of
tools/mutations, or the named ones. A fault that no test sees is a hole in the tests.`;

const root = resolve(import.meta.dir, "../..");

const all = await loadMutations(resolve(root, "tools/mutations"));
process.exitCode = await judgeAll(orUsage(USAGE, () => chosen(process.argv.slice(2))));

/** @throws {Error} with a sentence for people */
function chosen(wanted: readonly string[]): readonly NamedMutation[] {
  const option = wanted.find((word) => word.startsWith("-"));
  if (option !== undefined) throw new Error(`Unknown option '${option}'`);
  const unknown = wanted.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0)
    throw new Error(`No mutation ${unknown.join(", ")}. Mutations: ${all.map(({ name }) => name).join(", ")}.`);
  return wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
}

async function judgeAll(mutations: readonly NamedMutation[]): Promise<number> {
  using copy = await TreeCopy.of(root);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stopRunningCommands();
      copy[Symbol.dispose]();
      process.exit(130);
    });
  }
  const judge = new Judge(copy);
  const verdicts: Verdict[] = [];
  for (const { name, mutation } of mutations) {
    const startedAt = performance.now();
    const verdict = await judge.judge(mutation);
    verdicts.push(verdict);
    console.log(describe(name, verdict, performance.now() - startedAt));
    if (verdict.kind !== "killed") console.log(explain(mutation.harm, verdict));
  }
  const killed = verdicts.filter(({ kind }) => kind === "killed").length;
  console.log(`\n${killed} passed, ${verdicts.length - killed} failed`);
  return killed === verdicts.length ? 0 : 1;
}

function describe(name: string, { kind }: Verdict, elapsedMs: number): string {
  const time = `${(elapsedMs / 1000).toFixed(1)} s`.padStart(8);
  return `  ${kind === "killed" ? "✓" : "✗"} ${kind.padEnd(9)} ${time}  ${name}`;
}

function explain(harm: string, verdict: Verdict): string {
  const lines = [`harm: ${harm}`];
  if (verdict.kind === "survived") lines.push("The test stays green with this fault.");
  if (verdict.kind === "stale" || verdict.kind === "unusable") lines.push(`${verdict.reason}.`);
  if (verdict.kind === "unusable") lines.push(bounded(verdict.output, "the test's own output"));
  return lines.join("\n").replaceAll(/^(?=.)/gm, "      ");
}
