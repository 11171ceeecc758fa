import type { Command } from "commander";
import { usageError } from "../../errors.ts";
import { orderIdOf } from "../../items.ts";
import { count } from "../../output/text.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface RetryOptions {
  readonly order?: string;
  readonly entry?: string;
  readonly all?: boolean;
}

const PAGE = 1000;

export const retryVerb: Verb<RetryOptions> = {
  usage: "retry [order] [entry]",
  summary: "Retry dead messages",
  examples: ["ordersctl outbox retry 65f1c0ffee0123456789abcd 1", "ordersctl outbox retry --all"],
  configure: (command: Command) => command.option("--all", "every dead message"),
  run: retry,
};

async function retry({ order, entry, all = false }: RetryOptions, { session, talk }: Tools): Promise<void> {
  if (all ? order !== undefined : entry === undefined)
    throw usageError("Pass an order and an entry, or --all.", "ordersctl outbox list --state dead");
  const client = await session.client();
  if (order !== undefined && entry !== undefined) {
    await client.audit.retryOutboxEntry(orderIdOf(order), entry);
    return talk.done("the message is being retried now");
  }
  let retried = 0;
  // What was given new tries is no longer dead, so the list begins anew each time.
  for (;;) {
    const { entries } = await client.audit.outbox({ state: "dead", limit: PAGE });
    if (entries.length === 0) break;
    for (const item of entries) await client.audit.retryOutboxEntry(item.orderId, item.entry.id);
    retried += entries.length;
  }
  talk.done(`${count(retried, "message")} being retried`);
}
