import type { Order } from "@pos/contracts/orders";
import type { Command } from "commander";
import { parseDuration } from "../../duration.ts";
import { CliError, messageOf, usageError } from "../../errors.ts";
import { met } from "../../error-report.ts";
import { orderIdOf } from "../../items.ts";
import type { View } from "../../output/printer.ts";
import { sentence } from "../../output/text.ts";
import { paintStatus, toSeconds } from "../../resources/orders.ts";
import { money } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface WatchOptions {
  readonly id?: string;
  readonly all?: boolean;
  readonly for?: string;
}

/** One step in the life of an order, as it is seen. */
interface OrderEvent {
  readonly at: string;
  readonly orderId: string;
  readonly status: Order["status"];
  readonly by: string;
  readonly totalAmount: number;
}

const POLL_MS = 500;
/** With --all, orders older than this when they change are not seen: the newest so many are compared. */
const WINDOW = 200;

const view: View<OrderEvent> = {
  kind: "event",
  id: ({ orderId, status }) => `${orderId}/${status}`,
  columns: [
    { header: "AT", keep: true, value: ({ at }) => toSeconds(at) },
    { header: "ORDER", keep: true, value: ({ orderId }) => orderId },
    {
      header: "STATUS",
      value: ({ status }) => status.padEnd(10),
      paint: (cell, style, { status }) => paintStatus(cell, status, style),
    },
    { header: "TOTAL", value: ({ totalAmount }) => money(totalAmount) },
    { header: "BY", value: ({ by }) => by },
  ],
};

export const watchVerb: Verb<WatchOptions> = {
  usage: "watch [id]",
  summary: "Follow one order to its end, or all orders",
  description: `Prints each status change of an order as it happens. Exits 0 when the order is completed, 3 when it is cancelled.
With --all it follows the newest ${WINDOW} orders of all users until Ctrl-C (administrators).`,
  examples: ["ordersctl orders watch 65f1c0ffee0123456789abcd", "ordersctl orders watch --all -o ndjson"],
  configure: (command: Command) =>
    command
      .option("--all", "every order (administrators)")
      .option("--for <duration>", "give up after this time (exit 3)"),
  run: watch,
};

async function watch({ id: given, all = false, for: limit }: WatchOptions, tools: Tools) {
  if ((given === undefined) === !all) throw usageError("Pass one order id, or --all.", "ordersctl orders watch --all");
  const id = given === undefined ? undefined : orderIdOf(given);
  const { io, printer, session } = tools;
  const endMs = limit === undefined ? Number.POSITIVE_INFINITY : io.now() + parseDuration(limit);
  const client = await session.client();
  const seen = new Map<string, number>();
  const read = async (): Promise<readonly Order[]> =>
    id === undefined
      ? (await client.orders.list({ limit: WINDOW })).orders.toReversed()
      : [await client.orders.get(id)];
  // With --all only what happens from now on is news.
  if (all) for (const order of await read()) seen.set(order.id, order.history.length);
  for (;;) {
    for (const order of await patiently(read, endMs, tools)) {
      for (const { at, status, by } of order.history.slice(seen.get(order.id) ?? 0)) {
        printer.item({ at, orderId: order.id, status, by, totalAmount: order.totalAmount }, view);
      }
      seen.set(order.id, order.history.length);
      if (id !== undefined && order.status === "completed") return "OK";
      if (id !== undefined && order.status === "cancelled") return "CANCELLED";
    }
    if (io.now() >= endMs) throw timeIsUp();
    await io.sleep(POLL_MS);
  }
}

const timeIsUp = (): CliError =>
  new CliError("The time ran out.", { exit: "CANCELLED", tries: ["the same command with a longer --for"] });

/** A service that is away for a while does not end the watch, only its own time does. */
async function patiently<Value>(read: () => Promise<Value>, endMs: number, { io, talk }: Tools): Promise<Value> {
  const { ApiError, NoAnswerError } = await import("@pos/client/errors");
  for (let isTold = false; ; isTold = true) {
    try {
      return await read();
    } catch (thrown) {
      const error = await met(thrown);
      if (!(error instanceof NoAnswerError) && !(error instanceof ApiError && error.status === 503)) throw error;
      if (io.now() >= endMs) throw timeIsUp();
      if (!isTold) talk.warn(`${sentence(messageOf(error))} Still watching …`);
      await io.sleep(POLL_MS * 2);
    }
  }
}
