import { findProduct } from "../../items.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly product: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <product>",
  summary: "Remove a product from the catalogue (asks first)",
  description: "Removes a product from the catalogue. Existing orders are not affected.",
  examples: ['ordersctl products delete "Keyboard" --yes'],
  run: deleteProduct,
};

async function deleteProduct({ product }: DeleteOptions, tools: Tools): Promise<void> {
  const client = await tools.session.client();
  const found = await findProduct(client, product);
  await tools.confirm(`Remove "${found.name}" (${found.stock} in stock) from the catalogue?`);
  await client.products.delete(found.id);
  tools.talk.done(`product ${found.id} was removed from the catalogue`);
}
