import type { Command } from "commander";
import { idempotencyKeyOf, productIdOf } from "../../items.ts";
import { readInteger } from "../../numbers.ts";
import { productView } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import { untilAnswered } from "../../until-answered.ts";
import type { Verb } from "../../verb.ts";

interface AdjustOptions {
  readonly product: string;
  readonly by: string;
  readonly reason: string;
  readonly idempotencyKey?: string;
}

const DELTA_MAX = 1_000_000_000;

export const adjustStockVerb: Verb<AdjustOptions> = {
  usage: "adjust-stock <product>",
  summary: "Record a delivery or a loss (administrators)",
  examples: [
    'ordersctl products adjust-stock "Keyboard" --by 50 --reason delivery',
    'ordersctl products adjust-stock "Keyboard" --by=-2 --reason "broken in the store"',
  ],
  configure: (command: Command) =>
    command
      .requiredOption("--by <units>", "units to add; negative to remove (--by=-2)")
      .requiredOption("--reason <text>", "stored with the adjustment")
      .option("--idempotency-key <key>", "the same key never adjusts twice"),
  run: adjustStock,
};

async function adjustStock(options: AdjustOptions, tools: Tools): Promise<void> {
  const { session, printer, talk } = tools;
  const { product, reason } = options;
  const key = idempotencyKeyOf(options.idempotencyKey);
  const delta = readInteger("--by", options.by, { minimum: -DELTA_MAX, maximum: DELTA_MAX });
  const client = await session.client();
  const id = await productIdOf(client, product);
  const changed = await untilAnswered(
    () => client.products.adjustStock(id, { delta, reason }, { headers: { "idempotency-key": key } }),
    { key, unknown: "It is unknown whether the stock was changed", promise: "it cannot be adjusted twice" },
    tools,
  );
  talk.done(`${delta > 0 ? "+" : ""}${delta} of ${changed.name}, now ${changed.stock}`);
  if (!printer.isForPeople) printer.one(changed, productView);
}
