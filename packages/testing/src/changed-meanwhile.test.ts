import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { etagOf } from "@pos/client/etag";
import { startStack, type Stack } from "./stack.ts";

setDefaultTimeout(120_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const ifUnchanged = (answer: object) => ({ headers: { "if-match": etagOf(answer) } });

test("a change by typed calls is refused when somebody else was faster, and goes on from what it answered", async () => {
  const { products } = stack.admin;
  const { id } = await products.create({ name: "Thing", price: 1, stock: 9 });
  const read = await products.get(id);
  const changed = await products.update(id, { price: 2 }, ifUnchanged(read));
  const late = products.update(id, { price: 3 }, ifUnchanged(read));
  expect(await late.catch((error: unknown) => error)).toMatchObject({ status: 412, code: "PRECONDITION_FAILED" });
  const adjusted = await products.adjustStock(id, { delta: 1, reason: "delivery" });
  await expect(products.delete(id, ifUnchanged(changed))).rejects.toThrow();
  expect(await products.get(id)).toEqual(adjusted);
  await products.delete(id, ifUnchanged(adjusted));
});

test("so is a change of an order, from what placed it on", async () => {
  const { orders, products } = stack.admin;
  const { id: productId } = await products.create({ name: "Thing", price: 1, stock: 9 });
  const { id: userId } = await stack.customer();
  const { order } = await orders.place({ userId, items: [{ productId, quantity: 1 }] });
  await orders.setStatus(order.id, { status: "processing" }, ifUnchanged(order));
  const late = orders.setStatus(order.id, { status: "cancelled" }, ifUnchanged(order));
  expect(await late.catch((error: unknown) => error)).toMatchObject({ code: "PRECONDITION_FAILED" });
});

test("what has no ETag is not taken for what changes nothing", async () => {
  const { users } = await stack.admin.users.list();
  expect(() => etagOf(users)).toThrow("not an answer that came with an ETag");
});
