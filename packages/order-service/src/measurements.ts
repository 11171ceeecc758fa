import { errorStatus } from "@pos/contracts/errors";
import type { Metrics } from "@pos/service-kit/metrics";
import type { MoveKind } from "./placement/order.ts";
import type { Confirmation } from "./placement/confirm.ts";
import type { Placement } from "./placement/place.ts";
import type { Reaping } from "./placement/reap.ts";
import type { Delivery } from "./placement/relay.ts";

/** Codes of the verdicts that a placement ends with, and the words for placements that end without one. */
const rejections = [
  "INSUFFICIENT_STOCK",
  "PENDING_LIMIT",
  "UNKNOWN_USER",
  "UNKNOWN_PRODUCT",
  "ACCOUNT_SUSPENDED",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_KEY_EXHAUSTED",
  "VALIDATION_ERROR",
] as const satisfies readonly (keyof typeof errorStatus)[];
const placements = [
  "placed",
  "replayed",
  ...rejections.map((code) => code.toLowerCase()),
  "upstream_unavailable",
  "upstream_broken",
  "upstream_denied",
  "unknown",
  "collision",
  "error",
];
const moves = ["confirm", "release", "settle"] as const satisfies readonly MoveKind[];
const deliveries = ["delivered", "postponed", "dead"] as const satisfies readonly Delivery[];
const confirmations = ["confirmed", "later"] as const satisfies readonly Confirmation[];
const reapings = ["released", "confirmed", "later"] as const satisfies readonly Reaping[];
const PLACEMENT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5];
const INSERT_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200];

/** What the outbox holds, as of the last look at it. */
export interface OutboxState {
  readonly pending: number;
  readonly dead: number;
  /** Age of the oldest pending entry, in seconds; 0 when there is none. */
  readonly oldestSeconds: number;
}

/** What is measured of orders. */
export type OrderMeasurements = ReturnType<typeof orderMeasurements>;

export function orderMeasurements(metrics: Metrics) {
  const placed = metrics.counter(
    { name: "order_placements_total", help: "Placements of orders, by outcome" },
    { outcome: placements },
  );
  const seconds = metrics.histogram(
    { name: "order_placement_seconds", help: "Duration of a placement, whatever its outcome" },
    PLACEMENT_BUCKETS,
  );
  const inserts = metrics.histogram(
    { name: "order_insert_batch_size", help: "Orders per insert into the database" },
    INSERT_BUCKETS,
  );
  const delivered = metrics.counter(
    { name: "outbox_deliveries_total", help: "Deliveries of outbox messages, by kind and outcome" },
    { kind: moves, outcome: deliveries },
  );
  const confirmed = metrics.counter(
    {
      name: "order_confirmations_total",
      help: "Confirms of the reservations of new orders, by outcome; later is left to the reaper",
    },
    { outcome: confirmations },
  );
  const reaped = metrics.counter(
    { name: "reaper_actions_total", help: "Reservations held for too long, by what the reaper did" },
    { action: reapings },
  );
  const violations = metrics.counter(
    {
      name: "invariant_violations_total",
      help: "Violations of what must always hold, such as a live order without its reservation",
    },
    {},
  );
  return {
    /** Measures a placement; one that throws is an `error`. */
    async placement(work: () => Promise<Placement>): Promise<Placement> {
      const startedAtMs = performance.now();
      let outcome = "error";
      try {
        const placement = await work();
        outcome = wordOf(placement);
        return placement;
      } finally {
        placed.add({ outcome });
        seconds.observe((performance.now() - startedAtMs) / 1000);
      }
    },
    inserted: (count: number) => inserts.observe(count),
    delivered: (kind: MoveKind, outcome: Delivery) => delivered.add({ kind, outcome }),
    confirmed: (outcome: Confirmation) => confirmed.add({ outcome }),
    reaped: (action: Reaping) => reaped.add({ action }),
    violated: () => violations.add({}),
    watchQueues: (queues: Readonly<Record<"inserts" | "confirms" | "relay", () => number>>) =>
      metrics.gauges({ name: "order_queue_depth", help: "Work waiting, by queue" }, "queue", queues),
    /** @param read what the outbox held at the last look; undefined before the first */
    watchOutbox(read: () => OutboxState | undefined): void {
      metrics.gauge({ name: "outbox_pending", help: "Outbox messages waiting for delivery" }, () => read()?.pending);
      metrics.gauge(
        { name: "outbox_dead_letters", help: "Dead letters: outbox messages that were refused too often" },
        () => read()?.dead,
      );
      metrics.gauge(
        { name: "outbox_oldest_seconds", help: "Age of the oldest outbox message waiting for delivery" },
        () => read()?.oldestSeconds,
      );
    },
  };
}

function wordOf(placement: Placement): string {
  if (placement.kind === "rejected") return placement.code.toLowerCase();
  return placement.kind === "unanswered" ? `upstream_${placement.reason}` : placement.kind;
}
