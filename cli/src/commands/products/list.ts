import type { Command } from "commander";
import { addPageOptions, type PageOptions, printPages } from "../../paging.ts";
import { productView } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface ListOptions extends PageOptions {
  readonly name?: string;
}

export const listVerb: Verb<ListOptions> = {
  usage: "list",
  summary: "List products, newest first",
  aliases: ["ls"],
  examples: [
    "ordersctl products list",
    "ordersctl products list --all -o ndjson",
    'ordersctl products list --name "Keyboard" -q',
  ],
  configure: (command: Command) => addPageOptions(command.option("--name <name>", "only those of exactly this name")),
  run: listProducts,
};

async function listProducts(options: ListOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const read = async (limit: number, cursor: string | undefined) => {
    const { products, nextCursor } = await client.products.list({
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(options.name === undefined ? {} : { name: options.name }),
    });
    return { items: products, nextCursor };
  };
  await printPages(options, { view: productView, noun: "product", read }, tools);
}
