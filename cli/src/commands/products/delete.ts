import { findProduct } from "../../items.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly product: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <product>",
  summary: "Take a product off the catalogue (asks first)",
  description: "Takes a product off the catalogue. Orders that hold it stay as they are.",
  examples: ['ordersctl products delete "Keyboard" --yes'],
  run: deleteProduct,
};

async function deleteProduct({ product }: DeleteOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const found = await findProduct(client, product);
  await tools.confirm(`Take "${found.name}" (${found.stock} in stock) off the catalogue?`);
  await client.products.delete(found.id);
  tools.talk.done(`product ${found.id} is off the catalogue`);
}
