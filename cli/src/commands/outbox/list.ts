import type { OutboxList } from "@pos/contracts/audit";
import { type Command, Option } from "commander";
import type { View } from "../../output/printer.ts";
import { addPageOptions, type PageOptions, printPages } from "../../paging.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface ListOptions extends PageOptions {
  readonly state?: "pending" | "dead";
}

type Item = OutboxList["entries"][number];

const view: View<Item> = {
  kind: "outbox",
  id: ({ orderId, entry }) => `${orderId}/${entry.id}`,
  columns: [
    { header: "ORDER", keep: true, value: ({ orderId }) => orderId },
    { header: "ENTRY", keep: true, value: ({ entry }) => entry.id },
    { header: "KIND", value: ({ entry }) => entry.kind },
    {
      header: "STATE",
      value: ({ entry }) => entry.state,
      paint: (cell, style, { entry }) => (entry.state === "dead" ? style.red(cell) : cell),
    },
    { header: "TRIES", value: ({ entry }) => String(entry.tries), align: "right" },
    { header: "NEXT", value: ({ entry }) => entry.nextAt, wide: true },
    { header: "LAST ERROR", value: ({ entry }) => entry.lastError ?? "-" },
  ],
};

export const listVerb: Verb<ListOptions> = {
  usage: "list",
  summary: "List messages to product-service that are not delivered yet",
  aliases: ["ls"],
  examples: ["ordersctl outbox list --state dead"],
  configure: (command: Command) =>
    addPageOptions(
      command.addOption(
        new Option("--state <state>", "pending or dead; both when absent").choices(["pending", "dead"]),
      ),
    ),
  run: listOutbox,
};

async function listOutbox(options: ListOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const read = async (limit: number, cursor: string | undefined) => {
    const { entries, nextCursor } = await client.audit.outbox({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(options.state === undefined ? {} : { state: options.state }),
    });
    return { items: entries, nextCursor };
  };
  await printPages(options, { view, noun: "message", read }, tools);
}
