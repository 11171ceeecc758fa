import type { Level, Position } from "./finding.ts";
import type { Cursor } from "./model/cursor.ts";
import type { ResourceSet } from "./model/resource-set.ts";

/** Where a problem stands: at a value of a document, or at a place of a file that could not be read. */
export type Place = Cursor | (Position & { readonly file: string });

/** What a rule reports; the level comes from the settings. */
export interface Problem {
  readonly at: Place;
  /** One sentence with the names of what is concerned; never the value of a secret. */
  readonly sentence: string;
  readonly hint?: string | undefined;
}

/** One rule with everything `--explain` prints about it. */
export interface Rule {
  readonly id: string;
  /** Level when nobody sets another. */
  readonly level: Level;
  /** What it finds, in one line. */
  readonly title: string;
  /** What goes wrong in the cluster when it is broken. */
  readonly why: string;
  /** The smallest piece of YAML that breaks it, and the same piece mended. */
  readonly wrong: string;
  readonly right: string;
  check(set: ResourceSet): Iterable<Problem>;
}
