import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { CliError } from "../errors.ts";
import { isAbsent, isObject } from "../files.ts";
import { isAlive, type ProcessRef, refOf } from "./process-ref.ts";

/** A lock that this process holds. */
export interface Lock {
  release(): Promise<void>;
}

const TRIES = 5;

/**
 * Takes a lock file for this process. One whose holder is gone, however it ended, is taken over.
 * @returns the lock, or the process that holds it
 */
export async function takeLock(path: string): Promise<Lock | { readonly holder: ProcessRef }> {
  const self = refOf(process.pid);
  if (self === undefined) throw new CliError("This system does not tell when a process began.");
  const own = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await writeFile(own, JSON.stringify(self), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // A link is made whole or not at all, and never over an existing file.
      if (
        await link(own, path).then(
          () => true,
          () => false,
        )
      )
        return { release: () => release(path, self) };
      const holder = await readHolder(path);
      if (isAlive(holder)) return { holder };
      await setAside(path, holder);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new CliError(`${path} cannot be taken.`, { tries: [`rm ${path}   (when nothing runs)`] });
}

/** The process that holds a lock; undefined when nobody does. */
export async function lockHolder(path: string): Promise<ProcessRef | undefined> {
  const holder = await readHolder(path);
  return isAlive(holder) ? holder : undefined;
}

async function readHolder(path: string): Promise<ProcessRef | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (!isObject(value) || typeof value["pid"] !== "number" || typeof value["birth"] !== "string") return undefined;
    return { pid: value["pid"], birth: value["birth"] };
  } catch (error) {
    if (error instanceof SyntaxError || isAbsent(error)) return undefined;
    throw error;
  }
}

/** Two that find the same stale lock must not remove each other's new one: what was moved is looked at again. */
async function setAside(path: string, stale: ProcessRef | undefined): Promise<void> {
  const aside = `${path}.stale-${randomBytes(4).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (isAlive(moved) && moved.birth !== stale?.birth) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, self: ProcessRef): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.pid === self.pid && holder.birth === self.birth) await rm(path, { force: true });
}
