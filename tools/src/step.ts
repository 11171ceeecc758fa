/** What every step of `bun run verify` is given. */
export interface StepContext {
  /** Absolute path of the repository's root. */
  readonly root: string;
  /** True under `verify:full`: steps that know reduced and full rounds take the full ones. */
  readonly full: boolean;
  /** Absolute path of a git-ignored folder for reports; it exists. */
  readonly artifacts: string;
}

/** What a step found. Each suite counts its tests; a plain check counts one. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** A few words for the step's line, such as `96.2 % of 4,100 lines`. */
  readonly note?: string;
  /** What a person needs to see when something failed; printed bounded. */
  readonly output?: string;
}

export interface Step {
  /** The word for `--only` and `--skip`. */
  readonly name: string;
  /** What the step makes sure of, in a few words, for `--list`. */
  readonly ensures: string;
  /** `full` steps run only under `verify:full`, or when `--only` names them. */
  readonly when: "always" | "full";
  run(context: StepContext): Promise<StepResult>;
}

/** One finding of a check over the sources: where, which rule, and what to do, as one sentence. */
export interface Finding {
  /** Path relative to the root, with forward slashes. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  readonly rule: string;
  readonly sentence: string;
}

/** The result of a check that counts one and prints one line per finding, and the way out below them. */
export function resultOfFindings(findings: readonly Finding[], note: string, wayOut?: string): StepResult {
  if (findings.length === 0) return { passed: 1, failed: 0, note };
  const lines = findings.map(({ file, line, rule, sentence }) => `${file}:${line} ${rule}: ${sentence}`);
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return {
    passed: 0,
    failed: 1,
    note: count,
    output: [...lines, ...(wayOut === undefined ? [] : [wayOut])].join("\n"),
  };
}
