/** One deliberate fault and the test that must see it. Each stands in a file of its own in `tools/mutations`. */
export interface Mutation {
  /** One sentence: what a user would suffer from this fault. */
  readonly harm: string;
  /** What is broken; each `find` occurs exactly once in its file. */
  readonly edits: readonly Edit[];
  /** The test that must turn red. */
  readonly test: {
    /** Test file, relative to the root. */
    readonly file: string;
    /** Regular expression over the test's full name, as in `bun test -t`; default every test of the file. */
    readonly name?: string;
  };
}

export interface Edit {
  /** Relative to the root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** How a mutation ended; only `killed` is good. */
export type Verdict =
  | { readonly kind: "killed" }
  /** The test stayed green: it tests nothing of this. */
  | { readonly kind: "survived" }
  /** The edit no longer fits the source, or is none. */
  | { readonly kind: "stale"; readonly reason: string }
  /** The test is red without the fault, matches nothing, or cannot even be loaded with it. */
  | { readonly kind: "unusable"; readonly reason: string; readonly output: string };

/** Applies one edit. @returns the new text, or the reason why it no longer fits */
export function applyEdit(text: string, edit: Edit): { readonly text: string } | { readonly reason: string } {
  const count = edit.find === "" ? 0 : text.split(edit.find).length - 1;
  if (count !== 1) return { reason: `${edit.file} holds the text to replace ${count} times, not once` };
  if (edit.find === edit.replace) return { reason: `the edit of ${edit.file} changes nothing` };
  // A function, because a string would give `$` in the replacement a meaning.
  return { text: text.replace(edit.find, () => edit.replace) };
}
