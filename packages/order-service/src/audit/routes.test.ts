import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ApiError } from "@pos/client/errors";
import { type Stack, startStack } from "@pos/testing/stack";
import { keyHashOf } from "../placement/identity.ts";

setDefaultTimeout(120_000);
let stack: Stack;
let customer: Awaited<ReturnType<Stack["customer"]>>;
let productId: string;
beforeAll(async () => {
  stack = await startStack();
  customer = await stack.customer();
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 1, stock: 1000 }));
});
afterAll(() => stack.stop());

const statusOf = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: unknown) => (error instanceof ApiError ? error.status : 0),
  );

test("an auditor sees orders and tombstones by id with key hashes, never keys, and their age", async () => {
  const items = [{ productId, quantity: 2 }];
  const { order } = await customer.client.orders.place({ userId: customer.id, items }, { idempotencyKey: "my-cart" });
  const nobody = "f".repeat(24);
  await statusOf(stack.admin.orders.place({ userId: nobody, items }, { idempotencyKey: "their-cart" }));
  const first = await stack.admin.audit.orders({ limit: 1 });
  const second = await stack.admin.audit.orders({ limit: 1, cursor: first.nextCursor ?? "" });
  expect(second.nextCursor).toBeUndefined();
  const all = [...first.orders, ...second.orders];
  expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted());
  const live = all.find(({ id }) => id === order.id);
  expect(live).toMatchObject({ status: "pending", items: order.items, keyHash: keyHashOf(customer.id, "my-cart") });
  expect(live?.ageMs).toBeLessThan(60_000);
  expect(all.find(({ userId }) => userId === nobody)).toMatchObject({
    status: "void",
    items: [],
    history: [],
    keyHash: keyHashOf(nobody, "their-cart"),
  });
  expect(JSON.stringify(all)).not.toContain("-cart");
  expect((await stack.admin.audit.order(order.id.toUpperCase())).id).toBe(order.id);
});

test("the audit is for administrators", async () => {
  const unknown = "e".repeat(24);
  expect(await statusOf(customer.client.audit.orders())).toBe(403);
  expect(await statusOf(stack.as().audit.orders())).toBe(401);
  expect(await statusOf(customer.client.audit.order(unknown))).toBe(403);
  expect(await statusOf(stack.admin.audit.order(unknown))).toBe(404);
  expect(await statusOf(stack.admin.audit.order("xyz"))).toBe(400);
});
