import { orderIdOf } from "../../items.ts";
import { orderView } from "../../resources/orders.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface GetOptions {
  readonly id: string;
}

export const getVerb: Verb<GetOptions> = {
  usage: "get <id>",
  summary: "Show one order with its lines and history",
  examples: [
    "ordersctl orders get 65f1c0ffee0123456789abcd",
    "ordersctl orders get 65f1c0ffee0123456789abcd -o jsonpath='{.items[*].productName}'",
  ],
  run: async ({ id }: GetOptions, { session, printer }: Tools) => {
    printer.one(await (await session.client()).orders.get(orderIdOf(id)), orderView);
  },
};
