import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Order } from "@pos/contracts/orders";
import { eventually } from "@pos/testing/eventually";
import { type Stack, startStack } from "@pos/testing/stack";
import { ObjectId } from "mongodb";

setDefaultTimeout(120_000);
type Customer = Awaited<ReturnType<Stack["customer"]>>;
let stack: Stack;
let ada: Customer;
let bob: Customer;
let productId: string;
beforeAll(async () => {
  stack = await startStack();
  [ada, bob] = await Promise.all([stack.customer(), stack.customer()]);
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 0.1, stock: 100_000 }));
});
afterAll(() => stack.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Order & { error?: { code: string; message: string; details?: Record<string, unknown> } };
}

async function send(
  method: string,
  path: string,
  { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer = await fetch(stack.urls.order + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer["body"] };
}

const cart = (userId: string, quantity = 1) => ({ userId, items: [{ productId, quantity }] });
const place = (headers: Record<string, string> = {}, quantity = 1) =>
  send("POST", "/orders", { token: ada.token, body: cart(ada.id, quantity), headers });
const setStatus = (id: string, status: string, token = stack.adminToken, headers: Record<string, string> = {}) =>
  send("PUT", `/orders/${id}/status`, { token, body: { status }, headers });
const stock = async () => (await stack.admin.products.get(productId)).stock;

/** The stock once nothing of earlier tests is on its way to it. */
async function restingStock(): Promise<number> {
  const orders = stack.databases.order.database.db.collection("orders");
  await eventually(async () => (await orders.countDocuments({ "outbox.state": "pending" })) === 0);
  return stock();
}

describe("POST /orders", () => {
  test("answers 201 with Location and ETag, at both paths", async () => {
    for (const prefix of ["", "/api/v1"]) {
      const body = { userId: ada.id.toUpperCase(), items: [{ productId: productId.toUpperCase(), quantity: 3 }] };
      const answer = await send("POST", `${prefix}/orders`, { token: ada.token, body });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ userId: ada.id, totalAmount: 0.3, status: "pending" });
      expect(answer.body.items).toEqual([{ productId, productName: "Lamp", price: 0.1, quantity: 3 }]);
      expect(answer.headers.get("location")).toBe(`${prefix}/orders/${answer.body.id}`);
      expect(answer.headers.get("etag")).toBe('"1"');
      expect(answer.headers.get("idempotent-replayed")).toBeNull();
    }
  });

  test("places one order for one key, however many ask at the same time", async () => {
    const before = await restingStock();
    const answers = await Promise.all(Array.from({ length: 30 }, () => place({ "idempotency-key": "same" }, 2)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const fresh = answers.filter(({ headers }) => headers.get("idempotent-replayed") === null);
    expect(fresh).toHaveLength(1);
    expect(await stock()).toBe(before - 2);
  });

  test("replays the order as it is now", async () => {
    const { body } = await place({ "idempotency-key": "kept" });
    await setStatus(body.id, "processing");
    const again = await place({ "idempotency-key": "kept" });
    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ id: body.id, status: "processing" });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("etag")).toBe('"2"');
  });

  test("takes lines of one product in any split for the same order", async () => {
    const lines = (quantities: number[]) => ({
      token: ada.token,
      headers: { "idempotency-key": "split" },
      body: { userId: ada.id, items: quantities.map((quantity) => ({ productId, quantity })) },
    });
    const first = await send("POST", "/orders", lines([1, 2]));
    const second = await send("POST", "/orders", lines([3]));
    expect(second.body.id).toBe(first.body.id);
    expect(second.body.items).toHaveLength(2);
  });

  test("refuses a key that was used for other items", async () => {
    await place({ "idempotency-key": "reused" }, 1);
    const other = await place({ "idempotency-key": "reused" }, 2);
    expect([other.status, other.body.error]).toEqual([
      422,
      { code: "IDEMPOTENCY_KEY_REUSED", message: "This Idempotency-Key was used with other items." },
    ]);
  });

  test("keeps the keys of users apart", async () => {
    const mine = await place({ "idempotency-key": "shared" });
    const theirs = await send("POST", "/orders", {
      token: bob.token,
      body: cart(bob.id),
      headers: { "idempotency-key": "shared" },
    });
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  test("an administrator's key is the customer's", async () => {
    const mine = await place({ "idempotency-key": "for-ada" });
    const byAdmin = await send("POST", "/orders", {
      token: stack.adminToken,
      body: cart(ada.id),
      headers: { "idempotency-key": "for-ada" },
    });
    expect(byAdmin.body.id).toBe(mine.body.id);
    expect(byAdmin.body.history[0]?.by).toBe(ada.id);
  });

  test.each([
    ["empty", ""],
    ["with a blank", "a b"],
    ["too long", "x".repeat(256)],
  ])("refuses a key that is %s", async (_name, key) => {
    const answer = await place({ "idempotency-key": key });
    expect([answer.status, answer.body.error?.code]).toEqual([400, "VALIDATION_ERROR"]);
  });

  test("answers 409 with what is there when stock is short, and takes nothing", async () => {
    const scarce = await stack.admin.products.create({ name: "Gem", price: 9, stock: 2 });
    const body = {
      userId: ada.id,
      items: [
        { productId, quantity: 1 },
        { productId: scarce.id, quantity: 3 },
      ],
    };
    const before = await restingStock();
    const answer = await send("POST", "/orders", { token: ada.token, body });
    expect(answer.status).toBe(409);
    expect(answer.body.error).toMatchObject({
      code: "INSUFFICIENT_STOCK",
      details: { productId: scarce.id, requestedUnits: 3, availableUnits: 2 },
    });
    expect(await stock()).toBe(before);
  });

  test("refuses a total over the limit, and gives the stock back", async () => {
    const dear = await stack.admin.products.create({ name: "Island", price: 1e12, stock: 1_000_000 });
    const body = { userId: ada.id, items: [{ productId: dear.id, quantity: 10_000 }] };
    const answer = await send("POST", "/orders", { token: ada.token, body });
    expect([answer.status, answer.body.error?.code]).toEqual([400, "VALIDATION_ERROR"]);
    await eventually(async () => (await stack.admin.products.get(dear.id)).stock === 1_000_000);
  });

  test.each([
    ["no items", { items: [] }],
    ["101 items", { items: Array.from({ length: 101 }, () => ({ productId: "a".repeat(24), quantity: 1 })) }],
    ["a quantity of 0", { items: [{ productId: "a".repeat(24), quantity: 0 }] }],
    ["half a unit", { items: [{ productId: "a".repeat(24), quantity: 0.5 }] }],
    ["a quantity as text", { items: [{ productId: "a".repeat(24), quantity: "1" }] }],
    ["an unknown field", { items: [{ productId: "a".repeat(24), quantity: 1, price: 0.01 }] }],
    [
      "too many units over its lines",
      { items: Array.from({ length: 2 }, () => ({ productId: "a".repeat(24), quantity: 600_000 })) },
    ],
  ])("refuses %s", async (_name, part) => {
    const answer = await send("POST", "/orders", { token: ada.token, body: { userId: ada.id, ...part } });
    expect([answer.status, answer.body.error?.code]).toEqual([400, "VALIDATION_ERROR"]);
  });

  test("is for the user and administrators: a foreign userId is 403, after the body was checked", async () => {
    const foreign = await send("POST", "/orders", { token: bob.token, body: cart(ada.id) });
    expect([foreign.status, foreign.body.error?.code]).toEqual([403, "FORBIDDEN"]);
    const malformed = await send("POST", "/orders", { token: bob.token, body: { ...cart(ada.id), items: [] } });
    expect(malformed.status).toBe(400);
    expect((await send("POST", "/orders", { body: cart(ada.id) })).status).toBe(401);
  });

  test("refuses a suspended user", async () => {
    const carl = await stack.customer();
    await stack.databases.user.database.db
      .collection("users")
      .updateOne({ _id: new ObjectId(carl.id) }, { $set: { status: "suspended" } });
    const answer = await send("POST", "/orders", { token: carl.token, body: cart(carl.id) });
    expect([answer.status, answer.body.error?.code]).toEqual([403, "ACCOUNT_SUSPENDED"]);
  });
});

describe("GET /orders", () => {
  test("an order is for its owner and administrators", async () => {
    const { body } = await place();
    const as = (token: string) => send("GET", `/orders/${body.id}`, { token });
    expect((await as(ada.token)).body).toEqual(body);
    expect((await as(stack.adminToken)).status).toBe(200);
    expect((await as(bob.token)).status).toBe(403);
    expect((await send("GET", `/orders/${body.id}`)).status).toBe(401);
  });

  test("an unknown order is 404 with its type and id, a malformed id 400, a tombstone 404", async () => {
    const unknown = "f".repeat(24);
    const missing = await send("GET", `/orders/${unknown}`, { token: stack.adminToken });
    expect([missing.status, missing.body.error?.details]).toEqual([404, { type: "order", id: unknown }]);
    expect((await send("GET", "/orders/xyz", { token: ada.token })).status).toBe(400);
    await send("POST", "/orders", { token: stack.adminToken, body: cart(unknown) });
    const { orders } = await stack.admin.audit.orders({ limit: 1000 });
    const tomb = orders.find(({ userId }) => userId === unknown);
    expect(tomb?.status).toBe("void");
    expect((await send("GET", `/orders/${tomb?.id}`, { token: stack.adminToken })).status).toBe(404);
    expect((await setStatus(tomb?.id ?? "", "cancelled")).status).toBe(404);
    expect((await stack.admin.orders.list({ userId: unknown })).orders).toEqual([]);
  });

  test("lists page through everything once, filtered", async () => {
    const dora = await stack.customer();
    const placed = [];
    for (let count = 0; count < 5; count++) placed.push((await dora.client.orders.place(cart(dora.id))).order);
    const [first] = placed;
    await stack.admin.orders.setStatus(first?.id ?? "", { status: "processing" });
    const all = await Array.fromAsync(dora.client.orders.all({ limit: 2 }, dora.id));
    expect(all.map(({ id }) => id)).toEqual(placed.map(({ id }) => id).toReversed());
    const processing = await stack.admin.orders.list({ userId: dora.id, status: "processing" });
    expect(processing.orders.map(({ id }) => id)).toEqual([first?.id ?? ""]);
    const none = await stack.admin.orders.list({ userId: dora.id, since: "2999-01-01" });
    expect(none.orders).toEqual([]);
    expect((await send("GET", `/orders/user/${dora.id}`, { token: bob.token })).status).toBe(403);
    expect((await send("GET", "/orders", { token: dora.token })).status).toBe(403);
  });

  test.each(["2026-01-31T12:00:00.123456789Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00.123456%2B05:30"])(
    "takes since=%s, as RFC 3339 does",
    async (since) => {
      expect((await send("GET", `/orders?since=${since}`, { token: stack.adminToken })).status).toBe(200);
    },
  );

  test.each([
    "limit=0",
    "limit=1001",
    "cursor=abc",
    "status=void",
    "since=2026-01-31T25:00:00Z",
    "since=2026-02-30",
    "since=2026-02-28T24:00:00Z",
    "surprise=1",
  ])("refuses ?%s", async (query) => {
    expect((await send("GET", `/orders?${query}`, { token: stack.adminToken })).status).toBe(400);
  });
});

describe("PUT /orders/:id/status", () => {
  test("the owner cancels a pending order and its stock comes back once, however often it is asked for", async () => {
    const before = await restingStock();
    const { body } = await place({}, 7);
    const cancelled = await Promise.all(Array.from({ length: 10 }, () => setStatus(body.id, "cancelled", ada.token)));
    expect(cancelled.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(cancelled[0]?.body.history.map(({ status, by }) => [status, by])).toEqual([
      ["pending", ada.id],
      ["cancelled", ada.id],
    ]);
    await eventually(stock, (units) => units === before);
    expect((await setStatus(body.id, "cancelled")).status).toBe(200);
    await Bun.sleep(200);
    expect(await stock()).toBe(before);
  });

  test("an administrator moves it along every legal way, and the stock of a cancelled one comes back", async () => {
    const before = await restingStock();
    const { body } = await place({}, 2);
    expect((await setStatus(body.id, "processing")).body.status).toBe("processing");
    const skipped = await setStatus(body.id, "pending");
    expect(skipped.status).toBe(409);
    expect(skipped.body.error).toMatchObject({
      code: "ILLEGAL_TRANSITION",
      message: "An order that is processing cannot become pending, only completed or cancelled.",
      details: { from: "processing", to: "pending", allowed: ["completed", "cancelled"] },
    });
    expect((await setStatus(body.id, "cancelled")).status).toBe(200);
    await eventually(stock, (units) => units === before);
    expect((await setStatus(body.id, "completed")).body.error).toMatchObject({
      message: "An order that is cancelled cannot become completed.",
      details: { allowed: [] },
    });
  });

  test("the owner may cancel only what is pending, and do nothing else", async () => {
    const { body } = await place();
    expect((await setStatus(body.id, "processing", ada.token)).status).toBe(403);
    expect((await setStatus(body.id, "cancelled", bob.token)).status).toBe(403);
    await setStatus(body.id, "processing");
    const late = await setStatus(body.id, "cancelled", ada.token);
    expect([late.status, late.body.error?.details?.["allowed"]]).toEqual([409, []]);
  });

  test("If-Match changes only the version that was read", async () => {
    const { body, headers } = await place();
    const etag = headers.get("etag") ?? "";
    const stale = await setStatus(body.id, "processing", stack.adminToken, { "if-match": '"7"' });
    expect([stale.status, stale.body.error?.code]).toEqual([412, "PRECONDITION_FAILED"]);
    expect((await setStatus(body.id, "processing", stack.adminToken, { "if-match": 'W/"1"' })).status).toBe(412);
    const moved = await setStatus(body.id, "processing", stack.adminToken, { "if-match": etag });
    expect([moved.status, moved.headers.get("etag")]).toEqual([200, '"2"']);
    expect((await setStatus(body.id, "completed", stack.adminToken, { "if-match": etag })).status).toBe(412);
    const read = await send("GET", `/orders/${body.id}`, { token: ada.token });
    expect(read.headers.get("etag")).toBe('"2"');
    expect((await setStatus(body.id, "completed", stack.adminToken, { "if-match": "*" })).status).toBe(200);
  });

  test("an unknown order is 404, an unknown status 400, a reason is kept", async () => {
    expect((await setStatus("f".repeat(24), "cancelled")).status).toBe(404);
    const { body } = await place();
    expect((await setStatus(body.id, "void")).status).toBe(400);
    const client = stack.admin.orders;
    const order = await client.setStatus(body.id, { status: "cancelled", reason: "out of fashion" });
    expect(order.history.at(-1)).toMatchObject({ status: "cancelled", reason: "out of fashion" });
  });
});
