import type { Command } from "commander";
import { orderIdOf } from "../../items.ts";
import { money } from "../../resources/products.ts";
import { orderView } from "../../resources/orders.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface CancelOptions {
  readonly id: string;
  readonly reason?: string;
}

export const cancelVerb: Verb<CancelOptions> = {
  usage: "cancel <id>",
  summary: "Cancel an order and return its stock",
  description:
    "Cancels an order, after asking. Customers may cancel pending orders, administrators also those in processing.",
  examples: ['ordersctl orders cancel 65f1c0ffee0123456789abcd --reason "changed my mind" --yes'],
  configure: (command: Command) => command.option("--reason <text>", "stored in the order's history"),
  run: cancelOrder,
};

async function cancelOrder({ id: given, reason }: CancelOptions, tools: Tools): Promise<void> {
  const id = orderIdOf(given);
  const { session, printer, talk } = tools;
  const client = await session.client();
  const order = await client.orders.get(id);
  await tools.confirm(`Cancel order ${order.id} (${order.status}, total ${money(order.totalAmount)})?`);
  const cancelled = await client.orders.setStatus(id, {
    status: "cancelled",
    ...(reason === undefined ? {} : { reason }),
  });
  talk.done(`order ${cancelled.id} is cancelled`);
  if (!printer.isForPeople) printer.one(cancelled, orderView);
}
