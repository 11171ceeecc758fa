import { findMongod } from "@pos/local-mongodb/find";
import { isFree } from "@pos/local-mongodb/free-port";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackState } from "../stack/state.ts";

const WAIT_MAX_MS = 60_000;
const POLL_MS = 30;
const PORT_TRIES_MAX = 1000;

/** The mongod of the test run, as `MONGOD_BIN`: no test looks for one, or fetches one. */
export async function mongodBinary(): Promise<string> {
  return (await findMongod({ env: process.env, log: () => undefined })).path;
}

/** The first of three free ports in a row, below those that the system gives away. */
export function firstOfThreeFreePorts(): number {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    if ([first, first + 1, first + 2].every(isFree)) return first;
  }
  throw new Error(`${PORT_TRIES_MAX} tries found no three free ports`);
}

/** What the supervisor of a data directory told last. */
export async function stateOf(dataDir: string): Promise<StackState | undefined> {
  const text = await readFile(join(dataDir, "state.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as StackState);
}

/** Waits for something that another process does. @throws after a minute */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + WAIT_MAX_MS;
  while (!(await isTrue())) {
    if (Date.now() > endMs) throw new Error(`${what}: not within ${WAIT_MAX_MS / 1000} s`);
    await Bun.sleep(POLL_MS);
  }
}

/** Whether a process runs; one that nobody has waited for yet does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}
