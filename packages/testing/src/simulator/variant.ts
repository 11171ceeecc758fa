import type { Seams } from "./seams.ts";

/** A way to get the protocol wrong, and the proof that the simulator sees it. */
export interface Variant {
  /** Name of its file. */
  readonly name: string;
  /** A seed whose schedule shows what goes wrong. */
  readonly pinnedSeed: number;
  /** One decision replaced. */
  readonly seams: Seams;
}
