import { basename } from "node:path";
import type { Cursor } from "./cursor.ts";
import { isRecord } from "./cursor.ts";

/** A compose file, as far as it is compared with the manifests. */
export interface ComposeFile {
  readonly root: Cursor;
  readonly services: readonly ComposeService[];
}

export interface ComposeService {
  readonly cursor: Cursor;
  readonly name: string;
  readonly ports: readonly ComposePort[];
  readonly environment: readonly ComposeVariable[];
  /** Whether the environment stands in the file as a whole: an `env_file` may add to it. */
  readonly isComplete: boolean;
  readonly dependencies: readonly Cursor[];
}

export interface ComposePort {
  readonly cursor: Cursor;
  /** Absent when it is no port number, or stands for a variable. */
  readonly host: number | undefined;
  readonly container: number | undefined;
  readonly address: string | undefined;
  /** False when it can be read as no port at all. */
  readonly isValid: boolean;
}

export interface ComposeVariable {
  readonly name: string;
  /** Absent when it comes from the shell that starts compose. */
  readonly value: string | undefined;
  readonly cursor: Cursor;
}

const PORT =
  /^(?:(?:(?<address>\d+\.\d+\.\d+\.\d+|\[[\da-f:]+\]|localhost):)?(?<host>[\d-]*):)?(?<container>[\d-]+)(?:\/(?:tcp|udp|sctp))?$/;

/** Reads a document that has `services` and no `kind`; `undefined` for any other. */
export function readCompose(root: Cursor): ComposeFile | undefined {
  if (!isRecord(root.get("services").value) || root.get("kind").isSet) return undefined;
  const services = root
    .get("services")
    .fields()
    .map(({ name, cursor }) => ({
      cursor,
      name,
      ports: cursor.get("ports").items().map(readPort),
      environment: readEnvironment(cursor.get("environment")),
      isComplete: !cursor.get("env_file").isSet,
      dependencies: readDependencies(cursor.get("depends_on")),
    }));
  return { root, services };
}

/** The file that `docker compose` reads first. */
const BASE_NAME = /^(?:docker-)?compose\.ya?ml$/;

/** The files of a project in the order in which `docker compose` merges them: the base, then what adds to it. */
export function inMergeOrder(files: readonly ComposeFile[]): ComposeFile[] {
  const isBase = ({ root }: ComposeFile): boolean =>
    root.document.files().some((file) => BASE_NAME.test(basename(file)));
  return [...files.filter(isBase), ...files.filter((file) => !isBase(file))];
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

function readPort(cursor: Cursor): ComposePort {
  if (isRecord(cursor.value)) {
    const published = cursor.get("published");
    const host = toPort(interpolate(scalarText(published)));
    const container = toPort(interpolate(scalarText(cursor.get("target"))));
    const isValid =
      container !== undefined && (!published.isSet || scalarText(published).includes("$") || host !== undefined);
    return { cursor, host, container, address: cursor.get("host_ip").text, isValid };
  }
  const text = interpolate(scalarText(cursor));
  if (text === undefined) return { cursor, host: undefined, container: undefined, address: undefined, isValid: true };
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
    return name === ""
      ? []
      : [{ name, value: rest.length === 0 ? undefined : interpolate(rest.join("=")), cursor: item }];
  });
  const fromMap = cursor.fields().map(({ name, cursor: field }) => {
    const value = field.isSet ? interpolate(scalarText(field)) : undefined;
    return { name, value, cursor: field };
  });
  return [...fromList, ...fromMap];
}

function readDependencies(cursor: Cursor): Cursor[] {
  return isRecord(cursor.value) ? cursor.fields().map(({ cursor: field }) => field) : cursor.items();
}
