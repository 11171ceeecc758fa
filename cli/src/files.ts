import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CliError, messageOf } from "./errors.ts";

/** A JSON object as it was read: every field is still to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Writes a file that only its owner may read (0600, folder 0700): whole or not at all, also when the machine loses
 * power half-way.
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes JSON that a person can read and edit. */
export const writePrivateJson = (path: string, value: unknown): Promise<void> =>
  writePrivate(path, `${JSON.stringify(value, undefined, 2)}\n`);

/**
 * Reads a JSON object; undefined when there is no such file.
 * @throws {CliError} when it is no JSON object
 */
export async function readJsonObject(path: string): Promise<JsonObject | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new CliError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${path} is no JSON: ${messageOf(error)}`, { tries: [`correct or remove ${path}`] });
  }
  if (!isObject(value)) throw new CliError(`${path} must hold a JSON object`, { tries: [`correct or remove ${path}`] });
  return value;
}

/** Whether others than the owner may read a file. An absent file is private. */
export async function isReadableByOthers(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & 0o077) !== 0;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Any JSON value as a text for a person: strings as they are. */
export const showJson = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);

/** A field of a JSON object that must be a text. */
export function textField(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === "string" ? value : undefined;
}

export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
