import type { Command } from "commander";
import { usageError } from "../../errors.ts";
import { productIdOf } from "../../items.ts";
import { readNumber } from "../../numbers.ts";
import { productView } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface UpdateOptions {
  readonly product: string;
  readonly name?: string;
  readonly price?: string;
  readonly stock?: string;
  readonly description?: string;
}

export const updateVerb: Verb<UpdateOptions> = {
  usage: "update <product>",
  summary: "Change name, price, description or stock count (administrators)",
  description:
    "Changes only the given fields. Existing orders keep their name and price. For deliveries use adjust-stock.",
  examples: ['ordersctl products update "Keyboard" --price 79.90'],
  configure: (command: Command) =>
    command
      .option("--name <name>", "new name")
      .option("--price <price>", "new price of one unit")
      .option("--stock <units>", "units in stock, as counted")
      .option("--description <text>", "new description"),
  run: updateProduct,
};

async function updateProduct(options: UpdateOptions, { session, printer, talk }: Tools): Promise<void> {
  const { product, name, price, stock, description } = options;
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(price === undefined ? {} : { price: readNumber("--price", price) }),
    ...(stock === undefined ? {} : { stock: readNumber("--stock", stock) }),
    ...(description === undefined ? {} : { description }),
  };
  if (Object.keys(changes).length === 0)
    throw usageError("Nothing to change: pass --name, --price, --stock or --description.");
  const client = await session.client();
  const id = await productIdOf(client, product);
  const changed = await client.products.update(id, changes);
  talk.done(`product ${id} changed`);
  printer.one(changed, productView);
}
