import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Talk } from "../output/talk.ts";
import type { StackLayout } from "./layout.ts";
import { commandOf, endProcess, type ProcessRef, refOf } from "./process-ref.ts";
import { livingProcesses, type StackState } from "./state.ts";
import { STOP_MAX_MS } from "./unit.ts";

/**
 * Ends what a supervisor left behind when it was killed: services first, then mongod. A process counts as ours by its
 * number and the time of its birth, never by its number alone.
 */
export async function endOrphans(layout: StackLayout, state: StackState | undefined, talk: Talk): Promise<number> {
  const living = state === undefined ? [] : [...livingProcesses(state)];
  const mongod = unknownMongod(layout);
  if (mongod !== undefined && !living.some(({ process: ref }) => ref.pid === mongod.pid)) {
    living.push({ name: "mongod", process: mongod });
  }
  for (const { name, process: ref } of living) {
    const wasForced = await endProcess(ref, STOP_MAX_MS);
    talk.done(`${name} (pid ${ref.pid}) stopped${wasForced ? " by force" : ""}`);
  }
  return living.length;
}

/** A mongod that was started just before its supervisor was killed stands in its own lock file alone. */
function unknownMongod(layout: StackLayout): ProcessRef | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(join(layout.mongodDir, "db", "mongod.lock"), "utf8"));
  } catch {
    return undefined;
  }
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  return commandOf(pid)?.includes(layout.mongodDir) === true ? refOf(pid) : undefined;
}
