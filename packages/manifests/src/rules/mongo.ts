import type { Cursor } from "../model/cursor.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { addressesIn, resolveHost } from "../model/service-address.ts";
import type { Workload } from "../model/workload.ts";
import type { Rule } from "../rule.ts";
import { composeServicesOf, variablesOfContainers } from "./iterate.ts";
import { mongoData } from "./mongo-data.ts";

const replicaSet: Rule = {
  id: "mongo-replica-set",
  level: "error",
  title: "Connection strings of MongoDB name the replica set",
  why: "Without replicaSet=, the driver talks to one member only: transactions and change streams fail, and after an election every write is rejected.",
  wrong: "MONGO_URI: mongodb://db-0.db:27017/shop",
  right: "MONGO_URI: mongodb://db-0.db:27017/shop?replicaSet=rs0",
  *check(set) {
    for (const { variable, replicaSetName, at } of connectionsOf(set)) {
      if (replicaSetName === undefined)
        yield { at, sentence: `${variable} does not name a replica set (replicaSet=).` };
    }
  },
};

const replicaSetName: Rule = {
  id: "mongo-replica-set-name",
  level: "error",
  title: "Connection strings name the replica set that the database has",
  why: "The driver rejects members of another replica set: the service never connects.",
  wrong: "MONGO_URI: mongodb://db-0.db/shop?replicaSet=rs1      # mongod runs with --replSet rs0",
  right: "MONGO_URI: mongodb://db-0.db/shop?replicaSet=rs0",
  *check(set) {
    for (const { variable, value, namespace, replicaSetName: wanted, at } of connectionsOf(set)) {
      for (const { host } of wanted === undefined ? [] : addressesIn(value)) {
        const target = resolveHost(host, namespace, set);
        if (target === undefined || target === "missing") continue;
        const actual = target.pods.flatMap((workload) => replicaSetOf(workload) ?? [])[0];
        if (actual === undefined || actual === wanted) continue;
        const sentence = `${variable} names the replica set ${wanted}, but ${target.service.title} runs ${actual}.`;
        yield { at, sentence };
        break;
      }
    }
  },
};

interface Connection {
  readonly variable: string;
  readonly value: string;
  readonly namespace: string;
  readonly replicaSetName: string | undefined;
  readonly at: Cursor;
}

/** Every connection string of MongoDB in the environment of a container or of a compose service. */
export function* connectionsOf(set: ResourceSet): Generator<Connection> {
  const inContainers = [...variablesOfContainers(set)].map(({ container, variable }) => ({
    ...variable,
    namespace: container.workload.resource.namespace,
  }));
  const inCompose = composeServicesOf(set).flatMap(({ environment }) =>
    environment.map(({ name, address, cursor }) => ({ name, value: address, at: cursor, namespace: "" })),
  );
  for (const { name, value, at, namespace } of [...inContainers, ...inCompose]) {
    if (value === undefined || !/^mongodb:\/\/[^/]/.test(value) || /[?&]directConnection=true/i.test(value)) continue;
    yield { variable: name, value, namespace, replicaSetName: /[?&]replicaSet=([^&]+)/i.exec(value)?.[1], at };
  }
}

/** The name after `--replSet` in the arguments of a container. */
function replicaSetOf({ containers }: Workload): string | undefined {
  for (const { cursor } of containers) {
    // A shell has the whole command line in one word.
    const words = [...cursor.textItems("command"), ...cursor.textItems("args")].flatMap((word) => word.split(/\s+/));
    const joined = words.find((word) => word.startsWith("--replSet="))?.slice("--replSet=".length);
    const index = words.indexOf("--replSet");
    const name = joined ?? (index === -1 ? undefined : words[index + 1]);
    if (name !== undefined && !name.includes("$")) return name;
  }
  return undefined;
}

export const mongoRules: readonly Rule[] = [replicaSet, replicaSetName, mongoData];
