import type { Position } from "../finding.ts";

/** Where in a document: keys of maps and indexes of lists. */
export type Path = readonly (string | number)[];

/** A text to check. */
export interface Source {
  /** As the user knows it: the path given, or `<stdin>`. */
  readonly file: string;
  readonly text: string;
}

/** A fault of the text itself. */
export interface SourceProblem extends Position {
  readonly file: string;
  readonly rule: string;
  readonly sentence: string;
  readonly hint?: string;
}

/** One YAML document and the way back from a path to its place. */
export interface SourceDocument {
  readonly value: unknown;
  /** The files that it was made of: one, or several when kustomize made it. */
  files(): readonly string[];
  locate(path: Path): Position & { readonly file: string };
}

/**
 * Reads all documents of a text; what cannot be read is a problem, and its document is left out. The parser that keeps
 * positions is loaded by the first call: a run that finds nothing in rendered manifests does without.
 */
export function parseSource(source: Source): {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly SourceProblem[];
} {
  const { parsePositioned } = require("./positioned.ts") as typeof import("./positioned.ts");
  return parsePositioned(source);
}
