import { readPair } from "../../audit/read.ts";
import { orderIdOf } from "../../items.ts";
import { historyView, reservationView } from "../../resources/orders.ts";
import { outboxView } from "../../resources/outbox.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface HistoryOptions {
  readonly id: string;
}

export const historyVerb: Verb<HistoryOptions> = {
  usage: "history <id>",
  summary: "Show what happened to an order, when, and by whom",
  description: `Shows what happened to an order, when, and by whom. For administrators the table also has the reservation of its stock
and the undelivered messages to product-service.`,
  examples: ["ordersctl orders history 65f1c0ffee0123456789abcd"],
  run: showHistory,
};

async function showHistory(options: HistoryOptions, { session, printer }: Tools): Promise<void> {
  const id = orderIdOf(options.id);
  const client = await session.client();
  printer.list((await client.orders.get(id)).history, historyView);
  if (!printer.isForPeople || !(await session.isAdmin())) return;
  const { order, reservation } = await readPair(client, id);
  if (reservation !== undefined) {
    printer.text("\n");
    printer.one(reservation, reservationView);
  }
  if (order !== undefined && order.outbox.length > 0) {
    printer.text("\n");
    printer.list(
      order.outbox.map((entry) => ({ orderId: order.id, entry })),
      outboxView,
    );
  }
}
