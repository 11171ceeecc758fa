import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { ReservationBatch, ReserveItems } from "@pos/contracts/reservations";
import { newProduct, price, productName } from "@pos/testing/arbitraries";
import { type Stack, startStack } from "@pos/testing/stack";
import fc from "fast-check";
import { ObjectId } from "mongodb";
import { exactTotal } from "../test/exact-total.ts";
import { recordBehind, type Recorded, type Recorder } from "../test/recorder.ts";

setDefaultTimeout(120_000);
type Customer = Awaited<ReturnType<Stack["customer"]>>;
let stack: Stack;
let customer: Customer;
let toProducts: Recorder;
beforeAll(async () => {
  stack = await startStack();
  customer = await stack.customer();
  toProducts = recordBehind(stack.proxies.product, stack.urls.product);
});
afterAll(async () => {
  await toProducts.stop();
  await stack.stop();
});

const products = fc.array(newProduct(), { minLength: 1, maxLength: 3 });
/** Which product each line names, so that one product may stand in several lines. */
const lines = fc.array(fc.record({ pick: fc.nat(), quantity: fc.integer({ min: 1, max: 1000 }) }), {
  minLength: 1,
  maxLength: 6,
});

async function stocked(wanted: readonly { name: string; description: string; price: number }[]) {
  return Promise.all(wanted.map((product) => stack.admin.products.create({ ...product, stock: 1_000_000 })));
}

function pickItems<Product extends { id: string }>(
  from: readonly Product[],
  picked: readonly { pick: number; quantity: number }[],
) {
  return picked.map(({ pick, quantity }) => {
    const product = from[pick % from.length];
    if (product === undefined) throw new Error("no product");
    return { product, quantity };
  });
}

// Feature: product-order-system, Property 3: Order data persistence round trip
test("what was placed is read back with every field kept", async () => {
  await fc.assert(
    fc.asyncProperty(products, lines, async (wanted, picked) => {
      const items = pickItems(await stocked(wanted), picked);
      const body = {
        userId: customer.id,
        items: items.map(({ product, quantity }) => ({ productId: product.id, quantity })),
      };
      const { order } = await customer.client.orders.place(body);
      const expected = items.map(({ product, quantity }) => ({
        productId: product.id,
        productName: product.name,
        price: product.price,
        quantity,
      }));
      expect(order).toMatchObject({ userId: customer.id, items: expected, totalAmount: exactTotal(expected) });
      expect(await customer.client.orders.get(order.id)).toEqual(order);
      const listed = await customer.client.orders.listOfUser(customer.id, { limit: 1 });
      expect(listed.orders).toEqual([order]);
    }),
    { numRuns: 100 },
  );
});

// Feature: product-order-system, Property 10: Order creation validates and retrieves product details
test("every product is asked for over HTTP, and its present name and price go into the order", async () => {
  await fc.assert(
    fc.asyncProperty(products, lines, productName(), price(), async (wanted, picked, name, newPrice) => {
      const [first, ...others] = await stocked(wanted);
      if (first === undefined) return;
      const renamed = await stack.admin.products.update(first.id, { name, price: Math.min(newPrice, 1e9) });
      const items = pickItems([renamed, ...others], picked);
      toProducts.take();
      const { order } = await customer.client.orders.place({
        userId: customer.id,
        items: items.map(({ product, quantity }) => ({ productId: product.id, quantity })),
      });
      const asked = heldItems(toProducts.take(), order.id);
      const units = Map.groupBy(items, ({ product }) => product.id);
      expect(new Map(asked.map(({ productId, quantity }) => [productId, quantity]))).toEqual(
        new Map([...units].map(([id, own]) => [id, own.reduce((sum, { quantity }) => sum + quantity, 0)])),
      );
      expect(order.items.map(({ productName: kept, price: paid }) => [kept, paid])).toEqual(
        items.map(({ product }) => [product.name, product.price]),
      );
    }),
    { numRuns: 100 },
  );
});

/** What product-service was asked to hold for an order. */
function heldItems(requests: readonly Recorded[], orderId: string): ReserveItems["items"] {
  const commands = requests
    .filter(({ path }) => path === "/reservations/batch")
    .flatMap(({ body }) => (JSON.parse(body) as ReservationBatch).commands);
  return commands.flatMap((command) => ("items" in command && command.orderId === orderId ? command.items : []));
}

// Feature: product-order-system, Property 11: Successfully created orders have pending status
test("a new order is pending in the answer, when read, and in the database", async () => {
  await fc.assert(
    fc.asyncProperty(products, lines, fc.boolean(), async (wanted, picked, byAdmin) => {
      const items = pickItems(await stocked(wanted), picked);
      const { order } = await (byAdmin ? stack.admin : customer.client).orders.place({
        userId: customer.id,
        items: items.map(({ product, quantity }) => ({ productId: product.id, quantity })),
      });
      expect(order.status).toBe("pending");
      expect(order.history.map(({ status }) => status)).toEqual(["pending"]);
      expect((await customer.client.orders.get(order.id)).status).toBe("pending");
      const stored = await stack.databases.order.database.db
        .collection("orders")
        .findOne({ _id: new ObjectId(order.id) });
      expect(stored?.["status"]).toBe("pending");
    }),
    { numRuns: 100 },
  );
});
