import type { Command } from "commander";
import { addPageOptions, type PageOptions, printPages } from "../../paging.ts";
import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface ListOptions extends PageOptions {
  readonly search?: string;
}

export const listVerb: Verb<ListOptions> = {
  usage: "list",
  summary: "List users, newest first (administrators)",
  aliases: ["ls"],
  examples: ["ordersctl users list --search ada", "ordersctl users list --all -q"],
  configure: (command: Command) =>
    addPageOptions(command.option("--search <text>", "only users with this text in e-mail address or name")),
  run: listUsers,
};

async function listUsers(options: ListOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const read = async (limit: number, cursor: string | undefined) => {
    const { users, nextCursor } = await client.users.list({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(options.search === undefined ? {} : { search: options.search }),
    });
    return { items: users, nextCursor };
  };
  await printPages(options, { view: userView, noun: "user", read }, tools);
}
