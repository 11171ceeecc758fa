import { findProduct } from "../../items.ts";
import { productView } from "../../resources/products.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface GetOptions {
  readonly product: string;
}

export const getVerb: Verb<GetOptions> = {
  usage: "get <product>",
  summary: "Show one product, by id or exact name",
  examples: ['ordersctl products get "Keyboard"', "ordersctl products get 65f1c0ffee0123456789abcd -o yaml"],
  run: async ({ product }: GetOptions, { session, printer }: Tools) => {
    printer.one(await findProduct(await session.client(), product), productView);
  },
};
