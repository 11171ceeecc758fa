import type { Metrics } from "@pos/service-kit/metrics";
import type { Attempt } from "../transaction.ts";
import type { BatchStore } from "./group-commit.ts";
import type { Outcome } from "./protocol.ts";

const SIZE_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200];
const SECONDS_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Every outcome of a reservation, by its label in the metrics. */
const outcomeWords = {
  unknownProduct: "unknown_product",
  brokenProduct: "broken_product",
  insufficientStock: "insufficient_stock",
  pendingLimit: "pending_limit",
  otherFingerprint: "key_reused",
} as const;
const outcomes = ["held", "replayed", ...Object.values(outcomeWords)] as const;
const attempts = ["done", "conflict", "unknown", "failed"] as const;

/** What is measured of reservations. */
export type ReservationMeasurements = ReturnType<typeof reservationMeasurements>;

export function reservationMeasurements(metrics: Metrics) {
  const reservations = metrics.counter(
    {
      name: "reservations_total",
      help: "Reservation requests, by outcome; insufficient_stock counts oversales prevented",
    },
    { outcome: outcomes },
  );
  const tries = metrics.counter(
    { name: "group_commit_attempts_total", help: "Transactions of reservation batches, by result" },
    { result: attempts },
  );
  const violations = metrics.counter(
    {
      name: "invariant_violations_total",
      help: "Violations of what must always hold, such as a command with the token of another reservation",
    },
    {},
  );
  const batchSize = metrics.histogram(
    { name: "group_commit_batch_size", help: "Jobs per reservation batch" },
    SIZE_BUCKETS,
  );
  const waitSeconds = metrics.histogram(
    { name: "group_commit_wait_seconds", help: "Time a job waited for its reservation batch to start" },
    SECONDS_BUCKETS,
  );
  const flushSeconds = metrics.histogram(
    { name: "group_commit_flush_seconds", help: "Time from the start of a reservation batch to its last answer" },
    SECONDS_BUCKETS,
  );
  return {
    reserved(outcome: Outcome): void {
      const word = outcome.kind === "reservation" ? (outcome.isReplay ? "replayed" : "held") : wordOf(outcome);
      if (word !== undefined) reservations.add({ outcome: word });
    },
    violated: () => violations.add({}),
    /** The store with each attempt counted. */
    counted: (store: BatchStore): BatchStore => ({
      async attempt(jobs, deadlineAtMs) {
        const attempt: Attempt<readonly Outcome[]> = await store.attempt(jobs, deadlineAtMs);
        tries.add({ result: attempt.kind });
        return attempt;
      },
    }),
    /** The flush with its size, its time and the waits before it measured. */
    timed:
      <Entry extends { readonly queuedAt: number }>(carryOut: (entries: readonly Entry[]) => Promise<void>) =>
      async (entries: readonly Entry[]): Promise<void> => {
        const startedAtMs = performance.now();
        batchSize.observe(entries.length);
        for (const { queuedAt } of entries) waitSeconds.observe((startedAtMs - queuedAt) / 1000);
        try {
          await carryOut(entries);
        } finally {
          flushSeconds.observe((performance.now() - startedAtMs) / 1000);
        }
      },
    watchQueues: (queues: Readonly<Record<"stock" | "confirms", () => number>>) =>
      metrics.gauges({ name: "reservation_queue_depth", help: "Jobs waiting for a batch, by queue" }, "queue", queues),
  };
}

function wordOf({ kind }: Outcome): string | undefined {
  return kind === "reservation" || kind === "moved" ? undefined : outcomeWords[kind];
}
