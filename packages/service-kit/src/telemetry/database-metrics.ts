import type { MongoClient } from "mongodb";
import { directCommandsState } from "../database/direct-commands/connections.ts";
import type { Metrics } from "./metrics.ts";

const WAIT_BUCKETS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5];

/** Makes the measurements of a connection pool. @returns what attaches them to a client before it connects */
export function poolMetrics(metrics: Metrics): (client: MongoClient) => void {
  let open = 0;
  let inUse = 0;
  let waiting = 0;
  const clients = new Set<MongoClient>();
  // The pool does not know when a connection of direct commands rests, nor who waits for one of them.
  const direct = (what: "resting" | "waiting") =>
    [...clients].reduce((sum, client) => sum + directCommandsState(client)[what], 0);
  metrics.gauges({ name: "mongodb_pool_connections", help: "Connections to MongoDB, by state" }, "state", {
    in_use: () => Math.max(0, inUse - direct("resting")),
    idle: () => Math.max(0, open - Math.max(0, inUse - direct("resting"))),
  });
  metrics.gauge(
    { name: "mongodb_pool_waiting", help: "Operations waiting for a connection" },
    () => waiting + direct("waiting"),
  );
  const wait = metrics.histogram(
    { name: "mongodb_pool_wait_seconds", help: "Time operations waited for a connection" },
    WAIT_BUCKETS,
  );
  const failures = metrics.counter(
    { name: "mongodb_pool_failures_total", help: "Operations that got no connection" },
    {},
  );
  return (client) => {
    clients.add(client);
    client
      .on("topologyClosed", () => void clients.delete(client))
      .on("connectionCreated", () => void open++)
      .on("connectionClosed", () => void open--)
      .on("connectionCheckOutStarted", () => void waiting++)
      .on("connectionCheckedOut", ({ durationMS }) => {
        waiting--;
        inUse++;
        wait.observe(durationMS / 1000);
      })
      .on("connectionCheckOutFailed", () => {
        waiting--;
        failures.add({});
      })
      .on("connectionCheckedIn", () => void inUse--);
  };
}
