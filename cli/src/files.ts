import { randomBytes } from "node:crypto";
import { access, constants, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CliError, type CliErrorOptions, messageOf, usageError } from "./errors.ts";
import type { Input } from "./io.ts";

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

/**
 * Makes a folder for its owner alone, unless it is there.
 * @param next what to try where that fails
 * @throws {CliError} when nothing can be kept in it
 */
export async function ensureFolder(path: string, next: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const what = `${path} cannot be used as a folder: ${fileProblem(error)}.`;
    throw new CliError(what, { cause: error, tries: [next] });
  }
}

export const DISK_FULL = "the disk is full";

const fileProblems: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "there is a file of this name",
  EISDIR: "it is a folder",
  ENOENT: "a part of the path does not exist",
  ENOSPC: DISK_FULL,
  ENOTDIR: "a part of the path is not a folder",
  EROFS: "the file system is read-only",
};

/** Why a file or folder could not be used, in words where the system has a code alone. */
export const fileProblem = (error: unknown): string =>
  (error instanceof Error && "code" in error ? fileProblems[String(error.code)] : undefined) ?? messageOf(error);

/** The same of a file that was to be read. */
export const inputProblem = (error: unknown): string =>
  isAbsent(error) ? "there is no such file" : fileProblem(error);

/** Writes JSON that a person can read and edit. */
export const writePrivateJson = (path: string, value: unknown): Promise<void> =>
  writePrivate(path, `${JSON.stringify(value, undefined, 2)}\n`);

/**
 * Reads a JSON object; undefined when there is no such file.
 * @param advice what to say of a damaged file; it may be removed when nothing is said
 * @throws {CliError} when it is no JSON object
 */
export async function readJsonObject(
  path: string,
  advice: CliErrorOptions = { tries: [`correct or remove ${path}`] },
): Promise<JsonObject | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new CliError(`${path} cannot be read: ${fileProblem(error)}.`, { cause: error });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new CliError(`${path} is not valid JSON: ${messageOf(error)}`, advice);
  }
  if (!isObject(value)) throw new CliError(`${path} must hold a JSON object`, advice);
  return value;
}

/** The value of a JSON text. The byte order mark that editors on Windows put before it is passed over. */
const parseJson = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ""));

/**
 * The text that an option names: of a file, or of standard input for `-`.
 * @throws {CliError} USAGE when it cannot be read or is not in UTF-8
 */
export async function readTextInput(path: string, stdin: Input): Promise<string> {
  try {
    return path === "-" ? await stdin.readAll({ isStrict: true }) : decodeStrictly(await readFile(path));
  } catch (error) {
    throw usageError(`${nameOf(path)} cannot be read: ${inputProblem(error)}.`);
  }
}

/**
 * The JSON value that an option names: of a file, or of standard input for `-`.
 * @throws {CliError} USAGE when it cannot be read or is no JSON
 */
export async function readJsonInput(path: string, stdin: Input): Promise<unknown> {
  const text = await readTextInput(path, stdin);
  try {
    return parseJson(text);
  } catch (error) {
    throw usageError(`${nameOf(path)} is not valid JSON: ${messageOf(error)}`);
  }
}

const nameOf = (path: string): string => (path === "-" ? "Standard input" : path);

/** A text in UTF-8. @throws {Error} for other bytes, which would come out as U+FFFD */
export function decodeStrictly(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("it is not encoded in UTF-8", { cause: error });
  }
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
