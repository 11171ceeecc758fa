import type { Environment } from "./base-directory.ts";
import { findMongod } from "./find.ts";
import { type RunningMongod, startMongod } from "./run.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

let shared: Promise<RunningMongod> | undefined;

/**
 * The one mongod of a test run: a replica set of one member without a password, started at the first call. It ends with
 * this process, however that ends, and leaves nothing behind.
 */
export function sharedTestMongod(env: Environment = process.env): Promise<RunningMongod> {
  shared ??= start(env);
  return shared;
}

async function start(env: Environment): Promise<RunningMongod> {
  const found = await findMongod({ env, log: (line) => process.stderr.write(`${line}\n`) });
  // On disk, not in /dev/shm: as fast where it was measured, and a container's /dev/shm is too small for a journal.
  const dataDir = await temporaryDirectory("pos-test-mongod-");
  return await startMongod({ binary: found.path, dataDir, lifetime: "with-parent" });
}
