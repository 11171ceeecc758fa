import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { sleep } from "./environment.ts";
import { CliError } from "./errors.ts";
import { isAbsent, isObject, textField } from "./files.ts";
import { isAlive, type ProcessRef, refOf } from "./process-ref.ts";

/** A lock that this process holds. */
export interface Lock {
  release(): Promise<void>;
}

/** Who holds a lock. */
export interface Holder extends ProcessRef {
  /** The command that works on the data; absent for `up`. */
  readonly task?: string;
}

const TRIES = 200;
/** While another process removes a stale lock, in milliseconds. */
const PAUSE_MS = 10;

/**
 * Takes a lock file for this process. One whose holder is gone, however it ended, is taken over.
 * @param task see `Holder`
 * @returns the lock, or the process that holds it
 */
export async function takeLock(path: string, task?: string): Promise<Lock | { readonly holder: Holder }> {
  const self = refOf(process.pid);
  if (self === undefined) throw new CliError("This system does not report when a process started.");
  const own = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(own, JSON.stringify({ ...self, task }), { mode: 0o600 });
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await linked(own, path)) return { release: () => release(path, self) };
      const holder = await readHolder(path);
      if (holder === "absent") continue;
      if (isAlive(holder)) return { holder };
      await removeStale(path, own);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new CliError(`The lock ${path} cannot be acquired.`, { tries: [`rm ${path}   (if nothing is running)`] });
}

/** The process that holds a lock; undefined when nobody does. */
export async function lockHolder(path: string): Promise<Holder | undefined> {
  const holder = await readHolder(path);
  return holder !== "absent" && isAlive(holder) ? holder : undefined;
}

/** Who a lock file names; undefined when it is damaged. */
async function readHolder(path: string): Promise<Holder | undefined | "absent"> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isObject(value) || typeof value["pid"] !== "number" || typeof value["birth"] !== "string") return undefined;
    const task = textField(value, "task");
    return { pid: value["pid"], birth: value["birth"], ...(task === undefined ? {} : { task }) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (isAbsent(error)) return "absent";
    throw error;
  }
}

/** A link is made whole or not at all, and never over an existing file. */
const linked = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    () => false,
  );

/**
 * Two that find the same stale lock must not remove each other's new one: only who holds the guard removes, after
 * another look. Nobody can put a new lock in the place of a stale one before it is removed.
 */
async function removeStale(path: string, own: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await linked(own, guard))) {
    const other = await readHolder(guard);
    if (other !== "absent" && !isAlive(other)) await rm(guard, { force: true });
    return sleep(PAUSE_MS);
  }
  try {
    // What is absent may be a new lock by now; what is stale stays so until it is removed here.
    const holder = await readHolder(path);
    if (holder !== "absent" && !isAlive(holder)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function release(path: string, self: ProcessRef): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== "absent" && holder?.pid === self.pid && holder.birth === self.birth) await rm(path, { force: true });
}
