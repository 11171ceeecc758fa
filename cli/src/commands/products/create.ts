import type { Command } from "commander";
import { readNumber } from "../../numbers.ts";
import { shellWord } from "../../output/text.ts";
import { productView } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import { onceAnswered } from "../../until-answered.ts";
import type { Verb } from "../../verb.ts";

interface CreateOptions {
  readonly name: string;
  readonly price: string;
  readonly stock: string;
  readonly description?: string;
}

export const createVerb: Verb<CreateOptions> = {
  usage: "create",
  summary: "Add a product (administrators)",
  examples: ['ordersctl products create --name "Keyboard" --price 89.90 --stock 100'],
  configure: (command: Command) =>
    command
      .requiredOption("--name <name>", "name")
      .requiredOption("--price <price>", "price of one unit, above 0")
      .option("--stock <units>", "units in stock", "0")
      .option("--description <text>", "description"),
  run: createProduct,
};

async function createProduct(options: CreateOptions, { session, printer, talk }: Tools): Promise<void> {
  const client = await session.client();
  const wish = {
    name: options.name,
    price: readNumber("--price", options.price),
    stock: readNumber("--stock", options.stock),
    ...(options.description === undefined ? {} : { description: options.description }),
  };
  const product = await onceAnswered(() => client.products.create(wish), {
    unknown: "It is unknown whether the product was added",
    look: `ordersctl products list --name ${shellWord(options.name)}   (a second one may have the same name)`,
  });
  talk.done(`product ${product.id} added`);
  printer.one(product, productView);
}
