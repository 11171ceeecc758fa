import { type OrderStatus, orderStatuses } from "@pos/contracts/orders";
import { type Command, Option } from "commander";
import { parsePointInTime } from "../../duration.ts";
import { addPageOptions, type PageOptions, printPages } from "../../paging.ts";
import { orderView } from "../../resources/orders.ts";
import type { Tools } from "../../tools.ts";
import { userIdOf } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface ListOptions extends PageOptions {
  readonly status?: OrderStatus;
  readonly user?: string;
  readonly mine?: boolean;
  readonly since?: string;
}

export const listVerb: Verb<ListOptions> = {
  usage: "list",
  summary: "List orders, newest first",
  aliases: ["ls"],
  description:
    "Lists all orders (administrators), those of one user, or your own (--mine; customers always see their own).",
  examples: [
    "ordersctl orders list --status pending --since 2h",
    "ordersctl orders list --mine -o wide",
    "ordersctl orders list --all -o ndjson",
  ],
  configure: (command: Command) =>
    addPageOptions(
      command
        .addOption(new Option("--status <status>", "only orders in this status").choices(orderStatuses))
        .option("--user <user>", "only orders of this user, by id or e-mail address")
        .addOption(new Option("--mine", "only your own orders").conflicts("user"))
        .option("--since <time>", "only orders placed since: 2h, 7d, or 2026-01-31 (from 0:00 UTC)"),
    ),
  run: listOrders,
};

async function listOrders(options: ListOptions, tools: Tools): Promise<void> {
  const { session, io } = tools;
  const client = await session.client();
  const filters = {
    ...(options.status === undefined ? {} : { status: options.status }),
    ...(options.since === undefined ? {} : { since: parsePointInTime(options.since, io.now()).toISOString() }),
  };
  const isOwn = options.user === undefined && (options.mine === true || !(await session.isAdmin()));
  const given = options.user ?? (isOwn ? await session.userId() : undefined);
  const ofUser = given === undefined ? undefined : await userIdOf(client, given);
  const read = async (limit: number, cursor: string | undefined) => {
    const query = { ...filters, limit, ...(cursor === undefined ? {} : { cursor }) };
    const page = ofUser === undefined ? client.orders.list(query) : client.orders.listOfUser(ofUser, query);
    const { orders, nextCursor } = await page;
    return { items: orders, nextCursor };
  };
  await printPages(options, { view: orderView, noun: "order", read }, tools);
}
