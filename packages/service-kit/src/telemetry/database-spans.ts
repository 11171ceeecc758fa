import type { CommandStartedEvent, MongoClient } from "mongodb";
import { currentScope } from "./scope.ts";
import type { Span } from "./tracer.ts";

/** Commands that carry nothing of a request. */
const ignored = new Set(["ping", "hello", "endSessions", "killCursors"]);
/** Commands under way that have a span; more have none, so that lost answers cost memory within a limit. */
const UNDER_WAY_MAX = 10_000;

/** Makes a span of every command that a client (opened with `monitorCommands`) sends within a recorded scope. */
export function traceCommands(client: MongoClient): void {
  const underWay = new Map<number, Span>();
  client
    .on("commandStarted", (event) => {
      const { tracer, span: parent } = currentScope() ?? {};
      if (tracer === undefined || ignored.has(event.commandName) || underWay.size >= UNDER_WAY_MAX) return;
      const collection = collectionOf(event);
      const name = collection === undefined ? event.commandName : `${event.commandName} ${collection}`;
      const attributes = {
        "db.system.name": "mongodb",
        "db.namespace": event.databaseName,
        "db.operation.name": event.commandName,
        "db.collection.name": collection,
        "server.address": event.address,
      };
      underWay.set(event.requestId, tracer.start(name, { kind: "client", parent, attributes }));
    })
    .on("commandSucceeded", ({ requestId }) => {
      underWay.get(requestId)?.end();
      underWay.delete(requestId);
    })
    .on("commandFailed", ({ requestId, failure }) => {
      underWay.get(requestId)?.end({ error: failure });
      underWay.delete(requestId);
    });
}

function collectionOf({ command, commandName }: CommandStartedEvent): string | undefined {
  const value: unknown = commandName === "getMore" ? command["collection"] : command[commandName];
  return typeof value === "string" ? value : undefined;
}
