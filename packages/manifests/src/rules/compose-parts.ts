import type { ComposeProject } from "../model/compose.ts";
import { type Cursor, isRecord } from "../model/cursor.ts";
import { didYouMean } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { wholeProjects } from "./iterate.ts";

/** Lists of a service whose entries are declared at the top of the file. */
const PARTS = ["volumes", "networks", "secrets", "configs"] as const;
/** Fields that say `service:NAME`. */
const JOINED = ["network_mode", "pid", "ipc"];
/** Where the content of a secret or a config comes from. */
const SOURCES = ["file", "environment", "content", "external", "driver", "template_driver"];

export const composePart: Rule = {
  id: "compose-part",
  level: "error",
  title: "Everything that a service in compose.yaml uses is declared",
  why: "`compose up` rejects a volume, network, secret or config that no file declares, and a reference to a service that does not exist.",
  wrong: "services: { db: { volumes: ['dta:/data/db'] } }\nvolumes: { data: }",
  right: "services: { db: { volumes: ['data:/data/db'] } }\nvolumes: { data: }",
  *check(set) {
    for (const project of wholeProjects(set)) yield* undeclared(project);
  },
};

function* undeclared({ files, services, names }: ComposeProject): Generator<Problem> {
  for (const part of PARTS) {
    const declared = files.flatMap(({ root }) => root.fieldNames(part));
    if (part === "networks") declared.push("default");
    for (const { name, cursor } of services) {
      for (const [at, used] of usesOf(cursor.get(part), part)) {
        if (declared.includes(used) || used.includes("$")) continue;
        const sentence = `${name} uses ${used}, which no file declares under ${part}${didYouMean(used, declared)}.`;
        yield { at, sentence };
      }
    }
  }
  for (const part of ["secrets", "configs"]) {
    for (const { name, cursor } of files.flatMap(({ root }) => root.fields(part))) {
      const isMade = files.some(({ root }) => SOURCES.some((field) => root.get(part, name, field).isSet));
      if (!isMade)
        yield {
          at: cursor,
          sentence: `${name} under ${part} has no source.`,
          hint: "Add file: or environment:.",
        };
    }
  }
  for (const { name, cursor } of services) {
    for (const [at, used] of serviceUses(cursor)) {
      if (names.includes(used) || used.includes("$")) continue;
      const sentence = `${name} refers to ${used}, which is not a service in compose.yaml${didYouMean(used, names)}.`;
      yield { at, sentence };
    }
  }
}

/** The names in a list of a service, and where they stand. */
function usesOf(list: Cursor, part: (typeof PARTS)[number]): (readonly [Cursor, string])[] {
  const fromMap = list.fields().map(({ name, cursor }) => [cursor, name] as const);
  const fromList = list.items().flatMap((item) => {
    if (isRecord(item.value)) {
      const source = item.get("source");
      const isNamed = part !== "volumes" || item.get("type").text === "volume";
      return source.text === undefined || !isNamed ? [] : [[source, source.text] as const];
    }
    const used = part === "volumes" ? volumeName(item.text ?? "") : item.text;
    return used === undefined ? [] : [[item, used] as const];
  });
  return [...fromMap, ...fromList];
}

/** `data` of `data:/data/db`; a path of this machine and a volume without a name have none. */
function volumeName(text: string): string | undefined {
  return /^([\w][\w.-]+):\//.exec(text)?.[1];
}

function serviceUses(service: Cursor): (readonly [Cursor, string])[] {
  const joined = JOINED.flatMap((field) => {
    const at = service.get(field);
    return at.text?.startsWith("service:") === true ? [[at, at.text.slice("service:".length)] as const] : [];
  });
  for (const field of ["links", "volumes_from"]) {
    for (const at of service.items(field)) {
      const [used = ""] = (at.text ?? "").split(":", 1);
      if (used !== "" && used !== "container") joined.push([at, used]);
    }
  }
  const base = service.get("extends");
  const at = isRecord(base.value) ? base.get("service") : base;
  const isHere = at.text !== undefined && !base.get("file").isSet;
  return isHere ? [...joined, [at, at.text ?? ""]] : joined;
}
