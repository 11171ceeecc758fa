import { wholeNumber } from "@pos/command-options";
import { parseArgs } from "node:util";

/** What one run of `bun run chaos` does. */
export interface ChaosOptions {
  /** Fixes which fault comes when; how processes interleave is up to the machine. */
  readonly seed: number;
  readonly clients: number;
  readonly killsPerService: number;
  readonly databaseKills: number;
  /** Step-downs of the primary; only with a replica set. */
  readonly stepDowns: number;
  readonly isReplicaSet: boolean;
  /** Age from which the reaper ends a hold, in milliseconds. */
  readonly reaperAgeMs: number;
  /** How long the stack may take to come to rest once faults stop, in milliseconds. */
  readonly restMs: number;
  /** Folder in which the logs of all processes are kept; none when undefined. */
  readonly logDir: string | undefined;
}

export const USAGE = `Usage: bun run chaos [options]
Runs the real stack, kills and freezes its processes under load, then checks that no order was lost or duplicated.

  --seed N               which fault comes when (1)
  --clients N            customers who order at the same time (64)
  --kills-per-service N  kill -9 of each of the three services (3)
  --database-kills N     kill -9 of mongod, or of the primary of the replica set (2)
  --replica-set          three mongods
  --step-downs N         with --replica-set: the primary is told to step down (2)
  --reaper-age-ms N      age at which a hold counts as abandoned (5000)
  --rest-ms N            how long the stack may take to come to rest (90000)
  --full                 50 kills per service and 25 of mongod; with --replica-set 15 per service, 10 of the primary
                         and 10 step-downs; reaper age 60000
  --log-dir DIR          keep the logs of all processes there`;

/**
 * Reads the arguments.
 * @throws {TypeError} with a sentence for the user
 */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      clients: { type: "string" },
      "kills-per-service": { type: "string" },
      "database-kills": { type: "string" },
      "replica-set": { type: "boolean", default: false },
      "step-downs": { type: "string" },
      "reaper-age-ms": { type: "string" },
      "rest-ms": { type: "string" },
      full: { type: "boolean", default: false },
      "log-dir": { type: "string" },
    },
  });
  const { full: isFull, "replica-set": isReplicaSet } = values;
  const number = (
    name: Exclude<keyof typeof values, "full" | "replica-set" | "log-dir">,
    fallback: number,
    max: number,
  ) => wholeNumber(`--${name}`, values[name] ?? String(fallback), { max });
  return {
    seed: number("seed", 1, 2 ** 31),
    clients: number("clients", 64, 256),
    killsPerService: number("kills-per-service", isFull ? (isReplicaSet ? 15 : 50) : 3, 1000),
    databaseKills: number("database-kills", isFull ? (isReplicaSet ? 10 : 25) : 2, 1000),
    stepDowns: isReplicaSet ? number("step-downs", isFull ? 10 : 2, 1000) : 0,
    isReplicaSet,
    reaperAgeMs: number("reaper-age-ms", isFull ? 60_000 : 5000, 3_600_000),
    restMs: number("rest-ms", isFull ? 150_000 : 90_000, 3_600_000),
    logDir: values["log-dir"],
  };
}
