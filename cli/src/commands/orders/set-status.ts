import { type OrderStatus, orderStatuses } from "@pos/contracts/orders";
import { type Command } from "commander";
import { CliError, usageError } from "../../errors.ts";
import { orderIdOf } from "../../items.ts";
import { orderView } from "../../resources/orders.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface SetStatusOptions {
  readonly id: string;
  readonly status: string;
  readonly reason?: string;
}

export const setStatusVerb: Verb<SetStatusOptions> = {
  usage: "set-status <id> <status>",
  summary: "Change the status of an order (administrators)",
  description:
    "Allowed: pending → processing → completed; pending and processing → cancelled. Completed and cancelled are final.",
  examples: ["ordersctl orders set-status 65f1c0ffee0123456789abcd processing"],
  configure: (command: Command) => command.option("--reason <text>", "stored in the order's history"),
  run: setStatus,
};

async function setStatus(options: SetStatusOptions, { session, printer, talk }: Tools): Promise<void> {
  const { status, reason } = options;
  const id = orderIdOf(options.id);
  const wanted = orderStatuses.find((known): known is OrderStatus => known === status);
  if (wanted === undefined) throw usageError(`"${status}" is not a status; use one of ${orderStatuses.join(", ")}.`);
  const { ApiError } = await import("@pos/client/errors");
  const client = await session.client();
  try {
    const order = await client.orders.setStatus(id, { status: wanted, ...(reason === undefined ? {} : { reason }) });
    talk.done(`order ${order.id} is ${order.status}`);
    if (!printer.isForPeople) printer.one(order, orderView);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "ILLEGAL_TRANSITION") throw error;
    const { allowed } = error.details;
    const moves = Array.isArray(allowed) ? allowed.map(String) : [];
    throw new CliError(error.message, {
      tries: moves.map((move) => `ordersctl orders set-status ${id} ${move}`),
      why: moves.length === 0 ? ["This status is final."] : [],
      cause: error,
    });
  }
}
