import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { burst } from "./load/placements.ts";
import { type Stack, startStack } from "./stack.ts";

setDefaultTimeout(180_000);

const STOCK = 500;
const USERS = 50;
const PLACEMENTS = 5000;
const IN_FLIGHT = 256;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

test(`a flash sale of ${STOCK} units to ${PLACEMENTS} requests makes ${STOCK} orders and refuses the rest`, async () => {
  const { urls, admin } = stack;
  const product = { name: "Console", description: "", price: 499.99, stock: STOCK };
  const { id: productId } = await admin.products.create(product);
  const customers: { id: string; token: string }[] = [];
  for (let index = 0; index < USERS; index++) {
    const { id, token } = await stack.customer();
    customers.push({ id, token });
  }

  const startedAt = performance.now();
  const { orderIds, refusals } = await burst({
    urls,
    customers,
    productId,
    placements: PLACEMENTS,
    inFlight: IN_FLIGHT,
  });
  console.log(`${PLACEMENTS} placements in ${Math.round(performance.now() - startedAt)} ms`);

  expect(refusals).toEqual({ "409 INSUFFICIENT_STOCK": PLACEMENTS - STOCK });
  expect(new Set(orderIds).size).toBe(STOCK);
  const listed: string[] = [];
  for await (const { id } of admin.orders.all()) listed.push(id);
  expect(listed.sort()).toEqual([...orderIds].sort());
  expect((await admin.products.get(productId)).stock).toBe(0);
});
