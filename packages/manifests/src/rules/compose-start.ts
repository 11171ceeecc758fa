import { basename } from "node:path";
import {
  type ComposePort,
  type ComposeProject,
  type ComposeService,
  isBaseName,
  literalText,
} from "../model/compose.ts";
import { parseImage } from "../model/image.ts";
import type { Problem, Rule } from "../rule.ts";

/** Images without a healthcheck of their own. */
const SILENT_IMAGES = new Set(
  "httpd mariadb memcached mongo mysql nats nginx postgres rabbitmq redis traefik valkey/valkey".split(" "),
);

export const composeHealth: Rule = {
  id: "compose-health",
  level: "error",
  title: "A service that others wait for until it is healthy has a healthcheck",
  why: '`compose up` ends with "dependency failed to start: container has no healthcheck configured".',
  wrong: "web: { depends_on: { db: { condition: service_healthy } } }\ndb: { image: postgres:17 }",
  right: "db: { image: postgres:17, healthcheck: { test: [CMD, pg_isready] } }",
  *check({ composeProjects }) {
    for (const { services, parts } of composeProjects) {
      for (const { name, cursor } of services) {
        for (const { name: other, cursor: dependency } of cursor.fields("depends_on")) {
          const at = dependency.get("condition");
          const others = parts.get(other);
          if (at.text !== "service_healthy" || others === undefined || !isSilent(others)) continue;
          yield { at, sentence: `${name} waits until ${other} is healthy, but ${other} has no healthcheck.` };
        }
      }
    }
  },
};

function isSilent(parts: readonly ComposeService[]): boolean {
  const checks = parts.map(({ cursor }) => cursor.get("healthcheck")).filter(({ isSet }) => isSet);
  if (checks.length > 0) return checks.every((check) => check.get("disable").boolean === true);
  // An image of somebody's own may bring one, and so may what a service extends.
  return parts.every(({ cursor }) => {
    const { name } = parseImage(cursor.get("image").text ?? "");
    return !cursor.get("extends").isSet && !cursor.get("build").isSet && SILENT_IMAGES.has(name);
  });
}

export const composeClash: Rule = {
  id: "compose-clash",
  level: "error",
  title: "Services in compose.yaml do not take each other's port or name",
  why: "The second container does not start: the port is already allocated, or the name is already in use.",
  wrong: "web: { ports: ['8080:80'] }\nadmin: { ports: ['8080:80'] }",
  right: "web: { ports: ['8080:80'] }\nadmin: { ports: ['8081:80'] }",
  *check({ composeProjects }) {
    for (const { files } of composeProjects) {
      // Two files may each set the port of one service, and services of profiles may stand for each other.
      for (const { services } of files) yield* clashes(services.filter(({ cursor }) => !cursor.get("profiles").isSet));
    }
  },
};

function* clashes(services: readonly ComposeService[]): Generator<Problem> {
  const owners = new Map<string, string>();
  for (const { name, cursor, ports } of services) {
    const own = cursor.get("container_name");
    const containerName = literalText(own);
    // Where the network is that of this machine, ports are published by nobody; compose drops one that stands twice.
    const published =
      cursor.get("network_mode").text === "host" ? [] : new Map(ports.map((port) => [printPort(port), port])).values();
    const uses = [...published]
      .filter(({ host }) => host !== undefined)
      .map(({ host, address = "", protocol, cursor: at }) => ({
        key: `the port ${host}`,
        rest: `${address}/${protocol}`,
        at,
      }));
    if (containerName !== undefined) uses.push({ key: `the name ${containerName}`, rest: "", at: own });
    for (const { key, rest, at } of uses) {
      const owner = owners.get(key + rest);
      if (owner === name) yield { at, sentence: `${name} uses ${key} twice.` };
      else if (owner !== undefined) yield { at, sentence: `${owner} and ${name} both use ${key}.` };
      else owners.set(key + rest, name);
    }
    if (containerName !== undefined && (cursor.get("deploy", "replicas").number ?? cursor.get("scale").number ?? 1) > 1)
      yield { at: own, sentence: `${name} has a container_name but several replicas.` };
  }
}

function printPort({ address = "", host, container, protocol }: ComposePort): string {
  return `${address}:${host}:${container}/${protocol}`;
}

export const composeSource: Rule = {
  id: "compose-source",
  level: "error",
  title: "Every service in compose.yaml has an image or is built",
  why: "`compose up` rejects the file.",
  wrong: "services: { web: { ports: ['8080:80'] } }",
  right: "services: { web: { build: ., ports: ['8080:80'] } }",
  *check({ composeProjects }) {
    for (const project of composeProjects) if (isKnown(project)) yield* withoutSource(project);
  },
};

/** A file of another name adds to one that may not be among the files; what an included one says is not followed. */
function isKnown({ files }: ComposeProject): boolean {
  return files.some(({ path }) => isBaseName(basename(path))) && files.every(({ includes }) => includes.length === 0);
}

function* withoutSource({ parts }: ComposeProject): Generator<Problem> {
  for (const [name, own] of parts) {
    const has = (field: string): boolean => own.some(({ cursor }) => cursor.get(field).isSet);
    const [part] = own;
    if (part !== undefined && !["image", "build", "extends", "provider"].some(has))
      yield { at: part.cursor, sentence: `${name} has neither an image nor a build.` };
  }
}
