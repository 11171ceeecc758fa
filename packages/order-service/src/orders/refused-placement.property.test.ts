import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ApiError } from "@pos/client/errors";
import type { CreateOrder } from "@pos/contracts/orders";
import { quantity, unknownId } from "@pos/testing/arbitraries";
import { eventually } from "@pos/testing/eventually";
import { type Stack, startStack } from "@pos/testing/stack";
import fc from "fast-check";
import { recordBehind, type Recorder } from "../test/recorder.ts";

setDefaultTimeout(120_000);
const STOCK = 1_000_000;
type Customer = Awaited<ReturnType<Stack["customer"]>>;
let stack: Stack;
let customer: Customer;
let toUsers: Recorder;
let productId: string;
beforeAll(async () => {
  stack = await startStack();
  customer = await stack.customer();
  toUsers = recordBehind(stack.proxies.user, stack.urls.user);
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 2.5, stock: STOCK }));
});
afterAll(async () => {
  await toUsers.stop();
  await stack.stop();
});

/** Every kind of text that is no id. */
const malformedId = fc.oneof(
  fc.string().filter((text) => !/^[0-9a-fA-F]{24}$/.test(text)),
  fc
    .string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 1, maxLength: 30 })
    .filter((id) => id.length !== 24),
);

async function refusalOf(body: CreateOrder, client = stack.admin): Promise<{ status: number; code: string }> {
  try {
    await client.orders.place(body);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, code: error.code };
    throw error;
  }
  throw new Error("the order was placed");
}

/** Refused placements leave no trace: no order, and all stock back where it was once the outbox is empty. */
async function expectNoTrace(): Promise<void> {
  expect((await stack.admin.orders.list()).orders).toEqual([]);
  await eventually(
    async () => (await stack.admin.products.get(productId)).stock,
    (units) => units === STOCK,
  );
}

// Feature: product-order-system, Property 9: Order creation validates user existence
test("the user is asked for over HTTP in every placement, and one deleted meanwhile gets no order", async () => {
  const shop = await stack.admin.products.create({ name: "Bulb", price: 1, stock: STOCK });
  await fc.assert(
    fc.asyncProperty(quantity(100), async (units) => {
      const buyer = await stack.customer();
      const body = { userId: buyer.id, items: [{ productId: shop.id, quantity: units }] };
      toUsers.take();
      const { order } = await buyer.client.orders.place(body);
      const asked = toUsers.take().filter(({ path }) => path === "/users/lookup");
      expect(asked.some(({ body: sent }) => sent.includes(buyer.id))).toBe(true);
      await stack.admin.users.delete(buyer.id);
      expect(await refusalOf(body)).toEqual({ status: 400, code: "UNKNOWN_USER" });
      const { orders } = await stack.admin.orders.listOfUser(buyer.id);
      expect(orders.map(({ id }) => id)).toEqual([order.id]);
      await stack.admin.orders.setStatus(order.id, { status: "cancelled" });
    }),
    { numRuns: 100 },
  );
  await stack.databases.order.database.db.collection("orders").deleteMany({ status: "cancelled" });
});

// Feature: product-order-system, Property 12: Invalid user ID rejects order creation
test("a user id that is malformed or names nobody is 400, and nothing remains", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(malformedId, unknownId()), quantity(1000), async (userId, units) => {
      const isMalformed = !/^[0-9a-f]{24}$/.test(userId);
      const refusal = await refusalOf({ userId, items: [{ productId, quantity: units }] });
      expect(refusal).toEqual({ status: 400, code: isMalformed ? "VALIDATION_ERROR" : "UNKNOWN_USER" });
    }),
    { numRuns: 200 },
  );
  await expectNoTrace();
});

// Feature: product-order-system, Property 13: Invalid product ID rejects order creation
test("one product id that is malformed or names nothing refuses the whole order, and nothing remains", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(malformedId, unknownId()),
      fc.nat({ max: 3 }),
      fc.nat({ max: 3 }),
      async (invalid, before, after) => {
        const isMalformed = !/^[0-9a-f]{24}$/.test(invalid);
        const valid = (count: number) => Array.from({ length: count }, () => ({ productId, quantity: 1 }));
        const items = [...valid(before), { productId: invalid, quantity: 1 }, ...valid(after)];
        const refusal = await refusalOf({ userId: customer.id, items }, customer.client);
        expect(refusal).toEqual({ status: 400, code: isMalformed ? "VALIDATION_ERROR" : "UNKNOWN_PRODUCT" });
      },
    ),
    { numRuns: 200 },
  );
  await expectNoTrace();
});
