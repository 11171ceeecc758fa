import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ApiError } from "@pos/client/errors";
import { eventually } from "@pos/testing/eventually";
import { type Stack, startStack } from "@pos/testing/stack";
import { ENTRY_TRIES_MAX } from "../placement/relay.ts";
import { recordBehind, type Recorder } from "../test/recorder.ts";

setDefaultTimeout(120_000);
let stack: Stack;
let customer: Awaited<ReturnType<Stack["customer"]>>;
let toProducts: Recorder;
let productId: string;
beforeAll(async () => {
  stack = await startStack({ env: { RELAY_PERIOD_MS: "50" } });
  customer = await stack.customer();
  toProducts = recordBehind(stack.proxies.product, stack.urls.product);
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 1, stock: 1000 }));
});
afterAll(async () => {
  await stack.stop();
  await toProducts.stop();
});

const place = async () =>
  (await customer.client.orders.place({ userId: customer.id, items: [{ productId, quantity: 1 }] })).order;

test("while product-service is away messages wait without losing a try, and are delivered when it is back", async () => {
  const order = await place();
  stack.proxies.product.cut();
  await customer.client.orders.setStatus(order.id, { status: "cancelled" });
  const { entries } = await eventually(
    () => stack.admin.audit.outbox({ state: "pending" }),
    (list) => list.entries.some(({ entry }) => entry.lastError !== undefined),
  );
  expect(entries).toMatchObject([{ orderId: order.id, entry: { kind: "release", state: "pending", tries: 0 } }]);
  stack.proxies.product.restore();
  await eventually(
    () => stack.admin.audit.reservation(order.id),
    ({ state }) => state === "released",
  );
  await eventually(
    () => stack.admin.audit.order(order.id),
    ({ outbox }) => outbox.length === 0,
  );
  expect((await stack.admin.audit.outbox()).entries).toEqual([]);
});

test("a message that is refused again and again is dead, blocks no other, and a retry revives it", async () => {
  await place();
  // A token that product-service refuses by its form: the message itself is at fault.
  const entry = {
    id: "poison",
    kind: "release",
    rid: "no-token",
    state: "pending",
    tries: ENTRY_TRIES_MAX - 2,
    unanswered: 0,
  };
  const at = { createdAt: new Date(), nextAt: new Date() };
  await stack.databases.order.database.db
    .collection("orders")
    .updateOne({ history: { $exists: true }, status: "pending" }, { $set: { outbox: [{ ...entry, ...at }] } });
  const healthy = await place();
  await customer.client.orders.setStatus(healthy.id, { status: "cancelled" });
  await eventually(
    () => stack.admin.audit.reservation(healthy.id),
    ({ state }) => state === "released",
  );
  const dead = await eventually(
    () => stack.admin.audit.outbox({ state: "dead" }),
    ({ entries }) => entries.length === 1,
  );
  expect(dead.entries).toMatchObject([{ entry: { id: "poison", state: "dead", tries: ENTRY_TRIES_MAX } }]);
  const orderId = dead.entries[0]?.orderId ?? "";

  // Versions before confirms were sent from memory left such entries.
  const orders = stack.databases.order.database.db.collection("orders");
  const { rid } = await stack.admin.audit.order(orderId);
  await orders.updateOne({ "outbox.id": "poison" }, { $set: { "outbox.$.rid": rid, "outbox.$.kind": "confirm" } });
  await stack.admin.audit.retryOutboxEntry(orderId, "poison");
  await eventually(
    () => stack.admin.audit.outbox(),
    ({ entries }) => entries.length === 0,
  );
});

test("the outbox is for administrators, and an entry that is not there is 404", async () => {
  const statusOf = (work: Promise<unknown>) =>
    work.then(
      () => 200,
      (error: unknown) => (error instanceof ApiError ? error.status : 0),
    );
  expect(await statusOf(customer.client.audit.outbox())).toBe(403);
  expect(await statusOf(stack.as().audit.outbox())).toBe(401);
  expect(await statusOf(customer.client.audit.retryOutboxEntry("f".repeat(24), "x"))).toBe(403);
  expect(await statusOf(stack.admin.audit.retryOutboxEntry("f".repeat(24), "x"))).toBe(404);
  expect(await statusOf(stack.admin.audit.outbox({ cursor: "nonsense" }))).toBe(400);
});

test("the list goes page by page", async () => {
  await Promise.all(Array.from({ length: 5 }, place));
  const at = { createdAt: new Date(), nextAt: new Date(Date.now() + 60_000), tries: 0, unanswered: 0 };
  const entries = [{ id: "later", kind: "confirm", rid: "x", state: "pending", ...at }];
  await stack.databases.order.database.db.collection("orders").updateMany({}, { $set: { outbox: entries } });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await stack.admin.audit.outbox({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    // A last page that is just full has no other behind it.
    expect(page.entries).not.toEqual([]);
    seen.push(...page.entries.map(({ orderId }) => orderId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const { orders } = await stack.admin.audit.orders();
  expect(seen).toEqual(orders.map(({ id }) => id));
});
