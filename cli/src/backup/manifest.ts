import { join } from "node:path";
import { CliError } from "../errors.ts";
import { isObject, readJsonObject } from "../files.ts";
import type { FileFacts } from "./bson-file.ts";

/** The databases in the order in which they are copied; see docs/backup.md for why it is this one. */
export const DATABASES = ["productdb", "orderdb", "userdb"] as const;
export type DatabaseName = (typeof DATABASES)[number];

/**
 * What is not copied: sign-ins, keys and one-time tokens, because a restore must not bring back what was revoked after
 * the backup; and what belongs to running processes.
 */
export const LEFT_OUT: Readonly<Record<DatabaseName, readonly string[]>> = {
  productdb: ["flushers", "locks"],
  orderdb: ["locks"],
  userdb: ["sessions", "refresh_tokens", "mail_tokens", "signing_keys", "throttle", "locks"],
};

const FORMAT = 1;

/** What is in a backup; written last, so a folder that has it is whole. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly createdAt: string;
  readonly databases: Readonly<Record<DatabaseName, Readonly<Record<string, FileFacts>>>>;
}

export const newManifest = (createdAtMs: number, databases: Manifest["databases"]): Manifest => ({
  format: FORMAT,
  createdAt: new Date(createdAtMs).toISOString(),
  databases,
});

export const manifestPath = (folder: string): string => join(folder, "manifest.json");

export const collectionPath = (folder: string, database: string, collection: string): string =>
  join(folder, database, `${collection}.bson.gz`);

/** @throws {CliError} when the folder holds no backup that this version can read */
export async function readManifest(folder: string): Promise<Manifest> {
  const value = await readJsonObject(manifestPath(folder));
  if (value === undefined) throw new CliError(`${folder} is not a backup: it has no manifest.json.`, { exit: "USAGE" });
  if (value["format"] !== FORMAT) throw new CliError(`${folder} was written by another version of ordersctl.`);
  const databases = value["databases"];
  const names = isObject(databases) ? DATABASES.flatMap((name) => collectionsOf(databases[name])) : [undefined];
  // Names become paths: nothing but a plain word may.
  if (!names.every((name) => name !== undefined && /^\w{1,100}$/.test(name)))
    throw new CliError(`${manifestPath(folder)} is damaged.`);
  return value as unknown as Manifest;
}

function collectionsOf(value: unknown): readonly (string | undefined)[] {
  if (!isObject(value)) return [undefined];
  return Object.entries(value).map(([name, facts]) =>
    isObject(facts) && typeof facts["documents"] === "number" && typeof facts["sha256"] === "string" ? name : undefined,
  );
}
