import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ApiError } from "@pos/client/errors";
import { type Stack, startStack } from "@pos/testing/stack";
import { type Document, ObjectId } from "mongodb";
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

test("a page of large orders ends at 1 MiB, and the next one goes on behind it", async () => {
  const { order } = await customer.client.orders.place({
    userId: customer.id,
    items: [{ productId, quantity: 1 }],
  });
  const orders = stack.databases.order.database.db.collection("orders");
  const { _id: first, ...stored } = (await orders.findOne({ _id: new ObjectId(order.id) })) as Document;
  const line = { ...stored["items"][0], productName: "\u{1f6d2}".repeat(500) };
  const large = { ...stored, items: Array.from({ length: 100 }, () => line) };
  const { insertedIds } = await orders.insertMany(Array.from({ length: 6 }, () => ({ ...large })));
  const seen: string[] = [];
  const bytes: number[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined;) {
    const page = await stack.admin.audit.orders({ limit: 1000, ...(cursor === "" ? {} : { cursor }) });
    seen.push(...page.orders.map(({ id }) => id));
    bytes.push(Buffer.byteLength(JSON.stringify(page)));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([...new Set(seen)].toSorted());
  const made = [first, ...Object.values(insertedIds)].map(String);
  expect(seen.filter((id) => made.includes(id))).toHaveLength(7);
  expect(bytes).toHaveLength(2);
  expect(Math.max(...bytes)).toBeLessThan(1.25 * 1024 * 1024);
});
