import { type Command, Option } from "commander";
import { addPageOptions, type PageOptions, printPages } from "../../paging.ts";
import { outboxView } from "../../resources/outbox.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface ListOptions extends PageOptions {
  readonly state?: "pending" | "dead";
}

export const listVerb: Verb<ListOptions> = {
  usage: "list",
  summary: "List undelivered messages to product-service",
  aliases: ["ls"],
  examples: ["ordersctl outbox list --state dead"],
  configure: (command: Command) =>
    addPageOptions(
      command.addOption(new Option("--state <state>", "pending or dead (default: both)").choices(["pending", "dead"])),
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
  await printPages(options, { view: outboxView, noun: "message", read }, tools);
}
