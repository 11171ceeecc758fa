import type { Client } from "@pos/client";
import type { Command } from "commander";
import { Latencies } from "../bench/measure.ts";
import { parseDuration } from "../duration.ts";
import { usageError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import { readInteger } from "../numbers.ts";
import type { View } from "../output/printer.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface BenchOptions {
  readonly duration?: string;
  readonly concurrency?: string;
  readonly rate?: string;
  readonly products?: string;
}

interface Result {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly errors: Readonly<Record<string, number>>;
}

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

const view: View<Result> = {
  kind: "bench",
  id: () => "bench",
  columns: [
    { header: "ORDERS", value: ({ requests }) => String(requests), align: "right" },
    { header: "PER SECOND", value: ({ perSecond }) => perSecond.toFixed(1), align: "right" },
    { header: "P50", value: ({ p50Ms }) => milliseconds(p50Ms), align: "right" },
    { header: "P95", value: ({ p95Ms }) => milliseconds(p95Ms), align: "right" },
    { header: "P99", value: ({ p99Ms }) => milliseconds(p99Ms), align: "right" },
    { header: "MAX", value: ({ maxMs }) => milliseconds(maxMs), align: "right" },
    {
      header: "ERRORS",
      value: ({ errors }) =>
        Object.entries(errors)
          .map(([code, count]) => `${count} × ${code}`)
          .join(", ") || "none",
    },
  ],
};

export const benchVerb: Verb<BenchOptions> = {
  usage: "bench",
  summary: "Measure how long placing an order takes",
  description: `Places real orders for bench products on the current profile's stack and prints p50, p95 and p99. With --rate, orders are
sent at that rate however long the answers take, and waiting for a free slot counts; without it, each slot sends its next
order when the last one is answered. At the end the products are removed from the catalogue; the orders stay.`,
  examples: ["ordersctl bench --duration 30s --concurrency 16", "ordersctl bench --rate 100 -o json"],
  configure: (command: Command) =>
    command
      .option("--duration <duration>", "how long", "10s")
      .option("--concurrency <number>", "orders in flight", "8")
      .option("--rate <number>", "orders per second")
      .option("--products <number>", "products to spread the orders over", "10"),
  run: bench,
};

async function bench(options: BenchOptions, tools: Tools): Promise<Exit> {
  const { session, printer, talk, io } = tools;
  const durationMs = parseDuration(options.duration ?? "10s");
  const concurrency = readInteger("--concurrency", options.concurrency ?? "8", { minimum: 1, maximum: 1000 });
  const products = readInteger("--products", options.products ?? "10", { minimum: 1, maximum: 1000 });
  const rate =
    options.rate === undefined ? undefined : readInteger("--rate", options.rate, { minimum: 1, maximum: 100_000 });
  if (durationMs < 100) throw usageError("--duration must be at least 100ms.");
  await tools.confirm(`Place orders at ${session.urls.orderUrl} for ${durationMs / 1000} s? The orders stay.`);
  const client = await session.client();
  const userId = await session.userId();
  const interrupted = new AbortController();
  // Its products are for nobody else: they go after Ctrl-C, too.
  const forget = io.onSignal(() => interrupted.abort());
  const ids = await Promise.all(
    Array.from({ length: products }, async (_, index) => {
      const name = `bench ${io.now()} ${index}`;
      return (await client.products.create({ name, price: 9.99, stock: 1_000_000 })).id;
    }),
  );
  try {
    talk.say(`${concurrency} at once for ${durationMs / 1000} s${rate === undefined ? "" : `, ${rate} per second`} …`);
    const wish = { userId, ids, durationMs, concurrency, rate, interrupted: interrupted.signal };
    printer.one(await load(client, wish, tools), view);
  } finally {
    await Promise.all(ids.map((id) => client.products.delete(id)));
    forget();
  }
  return interrupted.signal.aborted ? "INTERRUPTED" : "OK";
}

interface LoadWish {
  readonly userId: string;
  readonly ids: readonly string[];
  readonly durationMs: number;
  readonly concurrency: number;
  readonly rate: number | undefined;
  /** Ends the load early; what is under way is answered first. */
  readonly interrupted: AbortSignal;
}

async function load(client: Client, wish: LoadWish, { io, talk }: Tools): Promise<Result> {
  const { ApiError } = await import("@pos/client/errors");
  const latencies = new Latencies();
  const errors: Record<string, number> = {};
  const progress = talk.progress("bench", Math.round(wish.durationMs / 1000));
  const startedAtMs = performance.now();
  let sent = 0;
  const slot = async () => {
    for (;;) {
      const number = sent++;
      // Open loop: the clock of an order starts when it was due, not when a slot was free (no coordinated omission).
      const dueMs = wish.rate === undefined ? performance.now() : startedAtMs + (number / wish.rate) * 1000;
      if (dueMs - startedAtMs >= wish.durationMs) return;
      if (dueMs > performance.now()) await io.sleep(dueMs - performance.now(), wish.interrupted);
      if (wish.interrupted.aborted) return;
      const items = [{ productId: wish.ids[number % wish.ids.length] ?? "", quantity: 1 }];
      try {
        await client.orders.place({ userId: wish.userId, items }, { idempotencyKey: crypto.randomUUID() });
        latencies.add(performance.now() - dueMs);
      } catch (error) {
        const code = error instanceof ApiError ? error.code : "no answer";
        errors[code] = (errors[code] ?? 0) + 1;
      }
      progress.update(Math.round((performance.now() - startedAtMs) / 1000));
    }
  };
  await Promise.all(Array.from({ length: wish.concurrency }, slot));
  progress.end();
  const seconds = (performance.now() - startedAtMs) / 1000;
  return {
    requests: latencies.count,
    seconds,
    perSecond: latencies.count / seconds,
    p50Ms: latencies.percentileMs(0.5),
    p95Ms: latencies.percentileMs(0.95),
    p99Ms: latencies.percentileMs(0.99),
    maxMs: latencies.maxMs,
    errors,
  };
}
