import { expect, setDefaultTimeout, test } from "bun:test";
import { startStack } from "../stack.ts";
import { readBooks } from "./rest.ts";

setDefaultTimeout(60_000);

test("books with a document that nobody can judge are not read as if it were not there", async () => {
  const stack = await startStack();
  try {
    await stack.admin.products.create({ name: "Lamp", price: 1, stock: 5 });
    expect((await readBooks(stack.admin)).products).toHaveLength(1);
    await stack.databases.product.database.db.collection("products").updateOne({}, { $set: { stock: 1.5 } });
    await expect(readBooks(stack.admin)).rejects.toThrow(/cannot be judged: [0-9a-f]{24} stock must be a whole number/);
  } finally {
    await stack.stop();
  }
});
