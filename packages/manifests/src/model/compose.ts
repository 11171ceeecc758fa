import { basename, dirname, join } from "node:path";
import type { Cursor } from "./cursor.ts";
import { isRecord } from "./cursor.ts";

/** A compose file, as far as it is compared with the manifests. */
export interface ComposeFile {
  readonly root: Cursor;
  /** The file that it is, as it was named. */
  readonly path: string;
  readonly services: readonly ComposeService[];
  /** The files that it includes; from elsewhere than this machine as it names them. */
  readonly includes: readonly string[];
}

/** What `docker compose` runs together. */
export interface ComposeProject {
  /** In the order in which they are merged: the base, then what adds to it. */
  readonly files: readonly ComposeFile[];
  /** What each file says of each service: two files may speak of the same one. */
  readonly services: readonly ComposeService[];
  /** The same by their names. */
  readonly parts: ReadonlyMap<string, readonly ComposeService[]>;
  readonly names: readonly string[];
  /** False when it includes what is not among the files, so that there may be more services. */
  readonly isWhole: boolean;
}

export interface ComposeService {
  readonly cursor: Cursor;
  readonly name: string;
  readonly ports: readonly ComposePort[];
  readonly environment: readonly ComposeVariable[];
  /** Whether the environment stands in the file as a whole: an `env_file` and what it extends may add to it. */
  readonly isComplete: boolean;
  /** Services without which it is not started. */
  readonly dependencies: readonly Cursor[];
}

export interface ComposePort {
  readonly cursor: Cursor;
  /** Absent when it is no port number, or stands for a variable. */
  readonly host: number | undefined;
  readonly container: number | undefined;
  readonly address: string | undefined;
  readonly protocol: string;
  /** False when it can be read as no port at all. */
  readonly isValid: boolean;
}

export interface ComposeVariable {
  readonly name: string;
  /** As it is written; absent when it comes from the shell that starts compose. */
  readonly text: string | undefined;
  /** With defaults in the place of variables; absent when it is not known. */
  readonly value: string | undefined;
  /** The value as far as it says where to: without user and password, which are seldom in the file. */
  readonly address: string | undefined;
  readonly cursor: Cursor;
}

const PORT =
  /^(?:(?:(?<address>\d+\.\d+\.\d+\.\d+|\[[\da-f:]+\]|localhost):)?(?<host>[\d-]*):)?(?<container>[\d-]+)(?:\/(?<protocol>tcp|udp|sctp))?$/;

/** Whether a document is a compose file: it has services or includes them, and no `kind`. */
export function isCompose(value: unknown): boolean {
  if (!isRecord(value) || Object.hasOwn(value, "kind")) return false;
  return isRecord(value["services"]) || Array.isArray(value["include"]);
}

/** Reads a compose file; `undefined` for any other document. */
export function readCompose(root: Cursor): ComposeFile | undefined {
  if (!isCompose(root.value)) return undefined;
  const [path = ""] = root.document.files();
  const services = root.fields("services").map(({ name, cursor }) => ({
    cursor,
    name,
    ports: cursor.items("ports").map(readPort),
    environment: readEnvironment(cursor.get("environment")),
    isComplete: !cursor.get("env_file").isSet && !cursor.get("extends").isSet,
    dependencies: readDependencies(cursor.get("depends_on")),
  }));
  return { root, path, services, includes: readIncludes(root.get("include"), dirname(path)) };
}

/** Whether it is a file that `docker compose` reads first in its folder. */
export function isBaseName(name: string): boolean {
  return /^(?:docker-)?compose\.ya?ml$/.test(name);
}

/** Whether a file is for one machine or for tests by its name: `compose.override.yaml`, `compose.dev.yaml`. */
export function isDevelopmentFile(path: string): boolean {
  return /[._-](?:ci|debug|dev|development|e2e|example|local|override|sample|tests?)(?:[._-].*)?\.ya?ml$/i.test(
    basename(path),
  );
}

/**
 * The projects of some files. One begins in each folder that holds a file of the usual name; files of other names belong
 * to the nearest one above, and what a file includes belongs to the project of that file.
 */
export function projectsOf(files: readonly ComposeFile[]): ComposeProject[] {
  const isBase = ({ path }: ComposeFile): boolean => isBaseName(basename(path));
  const ordered = [...files.filter(isBase), ...files.filter((file) => !isBase(file))];
  const folders = ordered.filter(isBase).map(({ path }) => dirname(path));
  const homes = new Map(ordered.map((file) => [file.path, homeOf(file, folders)]));
  for (const { path, includes } of ordered) {
    for (const included of includes) {
      const [from, to] = [homes.get(included), homes.get(path)];
      if (from !== undefined && to !== undefined)
        for (const [each, home] of homes) if (home === from) homes.set(each, to);
    }
  }
  const projects = Map.groupBy(ordered, ({ path }) => homes.get(path));
  return [...projects.values()].map((members) => {
    const services = members.flatMap((file) => file.services);
    const parts = Map.groupBy(services, ({ name }) => name);
    return {
      files: members,
      services,
      parts,
      names: [...parts.keys()],
      isWhole: members.every(({ includes }) => includes.every((path) => homes.has(path))),
    };
  });
}

/** The nearest of the folders above a file; the first one for a file that lies below none of them. */
function homeOf({ path }: ComposeFile, folders: readonly string[]): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (folders.includes(folder)) return folder;
    if (folder === dirname(folder)) return folders[0] ?? "";
  }
}

/** `${NAME:-default}` becomes its default; a variable without one makes the value unknown. */
export function interpolate(text: string): string | undefined {
  let isKnown = true;
  const value = text.replaceAll(
    /\$\$|\$\{([A-Za-z_]\w*)(?::?([-?])([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, ...groups) => {
      if (whole === "$$") return "$";
      if (groups[1] === "-") return String(groups[2]);
      isKnown = false;
      return "";
    },
  );
  // Variables inside of a default and `${NAME:+text}` are not followed.
  return isKnown && !value.includes("${") ? value : undefined;
}

/** A text without variables; `undefined` for any other value. */
export function literalText({ text }: Cursor): string | undefined {
  return text?.includes("$") === true ? undefined : text;
}

function readPort(cursor: Cursor): ComposePort {
  if (isRecord(cursor.value)) {
    const published = cursor.get("published");
    const host = toPort(interpolate(scalarText(published)));
    const container = toPort(interpolate(scalarText(cursor.get("target"))));
    const mayBePublished = !published.isSet || host !== undefined || /\$|^\d+-\d+$/.test(scalarText(published));
    const isValid = container !== undefined && mayBePublished;
    const protocol = cursor.get("protocol").text ?? "tcp";
    return { cursor, host, container, address: cursor.get("host_ip").text, protocol, isValid };
  }
  const text = interpolate(scalarText(cursor));
  if (text === undefined)
    return { cursor, host: undefined, container: undefined, address: undefined, protocol: "tcp", isValid: true };
  const groups = PORT.exec(text)?.groups;
  const container = toPort(groups?.["container"]);
  const host = toPort(groups?.["host"]);
  const isRange = /\d-\d/.test(text);
  const isInRange =
    container !== undefined && (groups?.["host"] === undefined || groups["host"] === "" || host !== undefined);
  return {
    cursor,
    host,
    container,
    address: groups?.["address"],
    protocol: groups?.["protocol"] ?? "tcp",
    isValid: groups !== undefined && (isRange || isInRange),
  };
}

/** The text of a scalar as it is written; empty for anything else. */
function scalarText({ text, number, boolean }: Cursor): string {
  return text ?? (number ?? boolean)?.toString() ?? "";
}

function toPort(text: string | undefined): number | undefined {
  const port = Number(text);
  return text !== undefined && /^\d+$/.test(text) && port >= 1 && port <= 65_535 ? port : undefined;
}

function readEnvironment(cursor: Cursor): ComposeVariable[] {
  const fromList = cursor.items().flatMap((item) => {
    const [name = "", ...rest] = (item.text ?? "").split("=");
    return name === "" ? [] : [variable(name, rest.length === 0 ? undefined : rest.join("="), item)];
  });
  const fromMap = cursor
    .fields()
    .map(({ name, cursor: field }) => variable(name, field.isSet ? scalarText(field) : undefined, field));
  return [...fromList, ...fromMap];
}

function variable(name: string, text: string | undefined, cursor: Cursor): ComposeVariable {
  if (text === undefined) return { name, text, value: undefined, address: undefined, cursor };
  const address = interpolate(text.replace(/^([a-z][a-z\d+.-]*:\/\/)[^@/]*@/i, "$1"));
  return { name, text, value: interpolate(text), address, cursor };
}

function readDependencies(cursor: Cursor): Cursor[] {
  if (!isRecord(cursor.value)) return cursor.items();
  return cursor.fields().flatMap(({ cursor: field }) => (field.get("required").boolean === false ? [] : [field]));
}

/** `include: [FILE]`, or `{ path: FILE }`, or `{ path: [FILE, FILE] }`. */
function readIncludes(cursor: Cursor, folder: string): string[] {
  const paths = cursor.items().flatMap((item) => {
    const path = isRecord(item.value) ? item.get("path") : item;
    return path.text === undefined ? path.items() : [path];
  });
  return paths.flatMap(({ text }) => (text === undefined ? [] : join(folder, text)));
}
