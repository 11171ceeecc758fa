import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ApiError } from "@pos/client/errors";
import { testLogger } from "@pos/testing/logger";
import { type Stack, startStack } from "@pos/testing/stack";
import { type Collection, type Document, ObjectId } from "mongodb";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const log = testLogger();
let stack: Stack;
let ada: Awaited<ReturnType<Stack["customer"]>>;
let productId: string;
let orders: Collection;
beforeAll(async () => {
  stack = await startStack({ logger: log.logger });
  ada = await stack.customer();
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 1, stock: 1000 }));
  orders = stack.databases.order.database.db.collection("orders");
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await orders.deleteMany({});
});

async function place(): Promise<string> {
  const { order } = await ada.client.orders.place({ userId: ada.id, items: [{ productId, quantity: 1 }] });
  return order.id;
}
const breakBy = (id: string, change: Document) => orders.updateOne({ _id: new ObjectId(id) }, change);
const statusOf = (work: Promise<unknown>) =>
  work.then(
    () => 200,
    (error: unknown) => (error instanceof ApiError ? error.status : 0),
  );

/** Ids of all orders of Ada, a page of one at a time. */
async function walk(): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ada.client.orders.listOfUser(ada.id, { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.orders.map(({ id }) => id));
    if (page.nextCursor === undefined) return ids;
    cursor = page.nextCursor;
  }
}

const changes: Record<string, Document> = {
  "a total that is a text": { $set: { totalAmount: "1" } },
  "no lines": { $set: { items: [] } },
  "lines that are none": { $set: { items: "none" } },
  "a step at no time": { $set: { "history.0.at": "yesterday" } },
  "a creation at no time": { $set: { createdAt: "yesterday" } },
};

describe("an order that was broken by hand", () => {
  for (const [what, change] of Object.entries(changes))
    test(`with ${what} is left out of lists, and no other is`, async () => {
      const ids = [await place(), await place(), await place()];
      const [, broken = ""] = ids;
      await breakBy(broken, change);
      const others = ids.filter((id) => id !== broken).toReversed();
      expect((await stack.admin.orders.list()).orders.map(({ id }) => id)).toEqual(others);
      expect(await walk()).toEqual(others);
      const told = log.entries().filter(({ orderId, level }) => orderId === broken && level === "error");
      expect(told).toMatchObject([{ msg: "an order is not as this service writes it: lists leave it out" }]);
      expect(await statusOf(stack.admin.orders.get(broken))).toBe(500);
    });

  test("fails the read of itself, not those that share a command with it", async () => {
    const ids = [await place(), await place(), await place()];
    await breakBy(ids[1] ?? "", { $set: { items: "none" } });
    const asked = Array.from({ length: 60 }, (_, index) => ids[index % 3] ?? "");
    const statuses = await Promise.all(asked.map((id) => statusOf(ada.client.orders.get(id))));
    expect(statuses).toEqual(asked.map((id) => (id === ids[1] ? 500 : 200)));
  });

  test("is left out of the outbox's list, and no other is", async () => {
    const at = new Date();
    const entry = { kind: "release", rid: "r", state: "dead", tries: 20, unanswered: 0, createdAt: at, nextAt: at };
    for (const [id, more] of [
      ["whole", {}],
      ["broken", { createdAt: "yesterday" }],
      ["unknown", { kind: "forget" }],
    ] as const)
      await breakBy(await place(), { $push: { outbox: { ...entry, ...more, id } } });
    const { entries } = await stack.admin.audit.outbox({ state: "dead" });
    expect(entries.map(({ entry: { id } }) => id)).toEqual(["whole"]);
  });

  test("is told by its own audit with what is wrong", async () => {
    const id = await place();
    await breakBy(id, { $set: { status: "gone" } });
    const problems = ["status must be one of pending, processing, completed, cancelled, void"];
    expect(await stack.admin.audit.order(id).catch((error: unknown) => error)).toMatchObject({
      status: 500,
      message: `The order ${id} is not as this service writes it: ${problems[0]}.`,
      details: { type: "order", id, problems },
    });
  });
});

test("an account with a status that nobody knows places no order, and keeps nobody else from it", async () => {
  const bob = await stack.customer();
  const users = stack.databases.user.database.db.collection("users");
  await users.updateOne({ _id: new ObjectId(bob.id) }, { $set: { status: "banned" } });
  const placed = await Promise.all(
    Array.from({ length: 20 }, (_, index) => {
      const { id, client } = index % 2 === 0 ? ada : bob;
      return statusOf(client.orders.place({ userId: id, items: [{ productId, quantity: 1 }] }));
    }),
  );
  expect(placed).toEqual(placed.map((_, index) => (index % 2 === 0 ? 200 : 403)));
});
