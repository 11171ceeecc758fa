import { join, resolve } from "node:path";

/** This package's folder. */
export const BENCH = resolve(import.meta.dirname, "..");
/** The repository's folder. */
export const REPOSITORY = resolve(BENCH, "..");
/** Where the peers' sources are. */
export const PEERS = join(BENCH, "peers");
/** What is compiled for a run; not in version control. */
export const BUILD = join(BENCH, "build");
/** The load generator's program. */
export const LOAD_GENERATOR = join(BUILD, "loadgen");
