import { join } from "node:path";
import { type CommandResult, runCommand } from "../command.ts";
import { TEST_MAX_MS } from "../steps/tests.ts";
import { applyEdit, type Mutation, type Verdict } from "./mutation.ts";
import type { TreeCopy } from "./tree-copy.ts";

const TEST_LIMIT_MS = 5 * 60_000;

/** Applies mutations to a copy of the tree, one at a time, and judges whether their tests see them. */
export class Judge {
  readonly #copy: TreeCopy;
  /** What each test did before anything was broken, so that tests shared by mutations run once. */
  readonly #baselines = new Map<string, Promise<Outcome>>();

  constructor(copy: TreeCopy) {
    this.#copy = copy;
  }

  async judge(mutation: Mutation): Promise<Verdict> {
    const broken = await this.#broken(mutation);
    if ("reason" in broken) return { kind: "stale", reason: broken.reason };
    const baseline = await this.#baseline(mutation);
    if (baseline.kind !== "green") {
      const reason = baseline.kind === "red" ? "the test is red without the fault" : baseline.reason;
      return { kind: "unusable", reason, output: baseline.output };
    }
    try {
      for (const [path, text] of broken.after) await this.#copy.write(path, text);
      const outcome = await this.#run(mutation);
      if (outcome.kind === "red") return { kind: "killed" };
      if (outcome.kind === "green") return { kind: "survived" };
      return { kind: "unusable", reason: outcome.reason, output: outcome.output };
    } finally {
      for (const [path, text] of broken.before) await this.#copy.write(path, text);
    }
  }

  async #broken({ edits }: Mutation): Promise<BrokenFiles | { readonly reason: string }> {
    const before = new Map<string, string>();
    const after = new Map<string, string>();
    if (edits.length === 0) return { reason: "it has no edits" };
    for (const edit of edits) {
      if (!this.#copy.exists(edit.file)) return { reason: `${edit.file} does not exist` };
      const text = after.get(edit.file) ?? (await this.#copy.read(edit.file));
      if (!before.has(edit.file)) before.set(edit.file, text);
      const result = applyEdit(text, edit);
      if ("reason" in result) return result;
      after.set(edit.file, result.text);
    }
    return { before, after };
  }

  #baseline(mutation: Mutation): Promise<Outcome> {
    const key = JSON.stringify(mutation.test);
    const baseline = this.#baselines.get(key) ?? this.#run(mutation);
    this.#baselines.set(key, baseline);
    return baseline;
  }

  async #run({ test }: Mutation): Promise<Outcome> {
    if (!this.#copy.exists(test.file)) return { kind: "broken", reason: `${test.file} does not exist`, output: "" };
    const byName = test.name === undefined ? [] : ["-t", test.name];
    const limit = `--timeout=${TEST_MAX_MS}`;
    const result = await runCommand([process.execPath, "test", limit, `./${test.file}`, ...byName], {
      cwd: this.#copy.root,
      logFile: join(this.#copy.root, "artifacts", "mutate.log"),
      timeoutMs: TEST_LIMIT_MS,
      environment: { CI: "true" },
    });
    return outcomeOf(result);
  }
}

interface BrokenFiles {
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

export type Outcome =
  | { readonly kind: "green"; readonly output: string }
  | { readonly kind: "red"; readonly output: string }
  | { readonly kind: "broken"; readonly reason: string; readonly output: string };

/**
 * Red is a test that ran and failed. A file that cannot be loaded fails too, but shows nothing: any fault that does
 * not compile would count as seen.
 */
export function outcomeOf({ output, exitCode, timedOut }: CommandResult): Outcome {
  const count = (word: string): number => Number(new RegExp(`^\\s*(\\d+) ${word}s?$`, "m").exec(output)?.[1] ?? 0);
  // A hang under a fault is how an endless retry looks; the test did not pass.
  if (timedOut) return { kind: "red", output };
  if (count("error") > 0) return { kind: "broken", reason: "an error outside of the tests", output };
  if (count("fail") > 0) return { kind: "red", output };
  if (count("pass") === 0) return { kind: "broken", reason: "no test matched", output };
  if (exitCode !== 0) return { kind: "broken", reason: `bun test ended with exit code ${exitCode}`, output };
  return { kind: "green", output };
}
