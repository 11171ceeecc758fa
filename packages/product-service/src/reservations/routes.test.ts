import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { testLogger } from "@pos/testing/logger";
import type { Document } from "mongodb";
import {
  addProduct,
  codeOf,
  detailsOf,
  move,
  newId,
  reservationOf,
  reserve,
  startTestService,
  stockOf,
  type TestService,
  unbalanced,
} from "../test/product-service.ts";

const log = testLogger();
let service: TestService;
beforeAll(async () => {
  service = await startTestService({ env: { MAX_PENDING_UNITS: "50" }, logger: log.logger });
});
afterAll(() => service.stop());

describe("PUT /reservations/:orderId", () => {
  test("takes stock for all lines and answers names and prices as they are now", async () => {
    const [lamp, desk] = [await addProduct(service, 10, "Lamp"), await addProduct(service, 5, "Desk")];
    const orderId = newId();
    const answer = await reserve(service, { [lamp]: 3, [desk]: 5 }, { orderId });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      orderId,
      rid: expect.stringMatching(/^[0-9a-f]{32}$/),
      state: "held",
      items: [
        { productId: lamp, productName: "Lamp", price: 12.5, quantity: 3 },
        { productId: desk, productName: "Desk", price: 12.5, quantity: 5 },
      ],
    });
    expect([await stockOf(service, lamp), await stockOf(service, desk)]).toEqual([7, 0]);
    expect((await service.call("GET", `/products/${lamp}`)).headers.get("etag")).toBe('"2"');
  });

  test("answers a repeated call with the same reservation, whatever changed since", async () => {
    const id = await addProduct(service, 10);
    const orderId = newId();
    const first = await reserve(service, { [id]: 4 }, { orderId });
    await service.call("PUT", `/products/${id}`, { body: { name: "Another", price: 99 } });
    const again = await reserve(service, { [id]: 4 }, { orderId: orderId.toUpperCase() });
    expect(again.body).toEqual(first.body);
    await move(service, "confirm", first.body as { orderId: string; rid: string });
    expect((await reserve(service, { [id]: 4 }, { orderId })).body["state"]).toBe("confirmed");
    await move(service, "release", first.body as { orderId: string; rid: string });
    await service.call("DELETE", `/products/${id}`);
    const released = await reserve(service, { [id]: 4 }, { orderId });
    expect([released.status, released.body["state"], released.body["rid"]]).toEqual([
      200,
      "released",
      first.body["rid"],
    ]);
  });

  test("twenty calls at once with one order id hold once", async () => {
    const id = await addProduct(service, 100);
    const orderId = newId();
    const answers = await Promise.all(Array.from({ length: 20 }, () => reserve(service, { [id]: 3 }, { orderId })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body["rid"])}`)).size).toBe(1);
    expect(await stockOf(service, id)).toBe(97);
  });

  test("refuses other items under the same id", async () => {
    const id = await addProduct(service, 10);
    const orderId = newId();
    await reserve(service, { [id]: 4 }, { orderId });
    const other = await reserve(service, { [id]: 5 }, { orderId });
    expect([other.status, codeOf(other)]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect(await stockOf(service, id)).toBe(6);
  });

  test("takes nothing when one line is short, unknown or deleted", async () => {
    const [full, short, deleted] = [
      await addProduct(service, 10),
      await addProduct(service, 1),
      await addProduct(service, 9),
    ];
    await service.call("DELETE", `/products/${deleted}`);
    const unknown = newId();
    const refusals: [Record<string, number>, number, string, unknown][] = [
      [
        { [full]: 2, [short]: 2 },
        409,
        "INSUFFICIENT_STOCK",
        { productId: short, requestedUnits: 2, availableUnits: 1 },
      ],
      [{ [full]: 2, [unknown]: 1 }, 400, "UNKNOWN_PRODUCT", { productId: unknown }],
      [{ [short]: 2, [deleted]: 1 }, 400, "UNKNOWN_PRODUCT", { productId: deleted }],
    ];
    for (const [units, status, code, details] of refusals) {
      const orderId = newId();
      const answer = await reserve(service, units, { orderId });
      expect([answer.status, codeOf(answer), detailsOf(answer)]).toEqual([status, code, details]);
      expect((await service.call("GET", `/audit/reservations/${orderId}`)).status).toBe(404);
    }
    expect([await stockOf(service, full), await stockOf(service, short)]).toEqual([10, 1]);
  });

  test("limits the units that pending orders of one user hold, until they settle", async () => {
    const [lamp, desk] = [await addProduct(service, 1000), await addProduct(service, 1000)];
    const userId = newId();
    const first = await reserve(service, { [lamp]: 30 }, { userId });
    await reserve(service, { [lamp]: 20, [desk]: 50 }, { userId });
    const over = await reserve(service, { [desk]: 1 }, { userId });
    expect([over.status, codeOf(over), detailsOf(over)]).toEqual([
      409,
      "PENDING_LIMIT",
      { productId: desk, requestedUnits: 1, pendingUnits: 50, limitUnits: 50 },
    ]);
    expect((await reserve(service, { [lamp]: 50 })).status).toBe(200);
    await move(service, "confirm", first.body as { orderId: string; rid: string });
    expect((await reserve(service, { [lamp]: 1 }, { userId })).status).toBe(409);
    expect((await move(service, "settle", first.body as { orderId: string; rid: string })).body["state"]).toBe(
      "confirmed",
    );
    const third = await reserve(service, { [lamp]: 30 }, { userId });
    expect(third.status).toBe(200);
    expect((await reserve(service, { [lamp]: 1 }, { userId })).status).toBe(409);
    await move(service, "release", third.body as { orderId: string; rid: string });
    expect((await reserve(service, { [lamp]: 30 }, { userId })).status).toBe(200);
    expect(await unbalanced(service)).toEqual([]);
  });

  test("forty requests at once do not pass the limit together", async () => {
    const id = await addProduct(service, 1000);
    const userId = newId();
    const answers = await Promise.all(Array.from({ length: 40 }, () => reserve(service, { [id]: 7 }, { userId })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(codeOf))).toEqual(new Set(["PENDING_LIMIT"]));
    expect(await stockOf(service, id)).toBe(951);
  });

  test.each([
    ["no items", { items: [] }, "items"],
    ["a product twice", { items: [1, 1].map((quantity) => ({ productId: "e".repeat(24), quantity })) }, "items"],
    ["no units", { items: [{ productId: "e".repeat(24), quantity: 0 }] }, "items[0].quantity"],
    ["a fingerprint of another form", { fingerprint: "x" }, "fingerprint"],
  ])("refuses %s", async (_what, change, field) => {
    const body = { ...reservationOf({ ["e".repeat(24)]: 1 }), ...change };
    const answer = await service.call("PUT", `/reservations/${newId()}`, { as: "service", body });
    expect([answer.status, codeOf(answer)]).toEqual([400, "VALIDATION_ERROR"]);
    expect(JSON.stringify(detailsOf(answer))).toContain(`"path":"${field}"`);
  });

  test.each([
    ["admin", 403],
    ["customer", 403],
    ["nobody", 401],
  ] as const)("is not for %s", async (as, status) => {
    const body = reservationOf({ ["e".repeat(24)]: 1 });
    expect((await service.call("PUT", `/reservations/${newId()}`, { as, body })).status).toBe(status);
    expect((await service.call("GET", "/reservations", { as })).status).toBe(status);
  });

  test("refuses a deadline that is no number", async () => {
    const headers = { "x-request-timeout-ms": "soon" };
    const answer = await reserve(service, { ["e".repeat(24)]: 1 }, { headers });
    expect([answer.status, codeOf(answer)]).toEqual([400, "VALIDATION_ERROR"]);
  });
});

describe("confirm, release and settle", () => {
  /** A reservation of 4 of 10 units after some commands, and what a next one makes of it. */
  async function after(commands: readonly string[], next: string, rid?: string) {
    const id = await addProduct(service, 10);
    const { body } = await reserve(service, { [id]: 4 });
    const token = { orderId: body["orderId"], rid: body["rid"] };
    for (const command of commands) await move(service, command, token);
    const answer = await move(service, next, { ...token, rid: rid ?? token.rid });
    return [answer.status, answer.body["state"], await stockOf(service, id)];
  }

  test.each([
    [[], "confirm", "confirmed", 6],
    [[], "release", "released", 10],
    [[], "settle", "confirmed", 6],
    [["confirm"], "confirm", "confirmed", 6],
    [["confirm"], "release", "released", 10],
    [["confirm"], "settle", "confirmed", 6],
    [["settle"], "confirm", "confirmed", 6],
    [["settle"], "settle", "confirmed", 6],
    [["settle"], "release", "released", 10],
    [["release"], "confirm", "released", 10],
    [["release"], "settle", "released", 10],
    [["release"], "release", "released", 10],
  ])("after %j a %s leaves it %s with %d units on hand", async (commands, next, state, stock) => {
    expect(await after(commands, next)).toEqual([200, state, stock]);
  });

  test.each(["confirm", "release", "settle"])("%s with a foreign token changes nothing", async (command) => {
    expect(await after([], command, "0".repeat(32))).toEqual([200, "held", 6]);
  });

  test("a command that comes too late is no violation, one with a foreign token is", async () => {
    const id = await addProduct(service, 10);
    const hold = (await reserve(service, { [id]: 1 })).body as { orderId: string; rid: string };
    await move(service, "release", hold);
    const before = log.entries().length;
    for (const command of ["confirm", "settle"] as const) await move(service, command, hold);
    const alarms = () =>
      log
        .entries()
        .slice(before)
        .filter(({ level }) => level === "error");
    expect(alarms()).toEqual([]);
    await move(service, "confirm", { ...hold, rid: "0".repeat(32) });
    expect(alarms()).toMatchObject([{ alarm: true, orderId: hold.orderId }]);
  });

  test.each(["confirm", "release", "settle"])("%s of nothing is nothing to undo", async (command) => {
    const orderId = newId();
    const { status, body } = await move(service, command, { orderId, rid: "0".repeat(32) });
    expect([status, body]).toEqual([200, { orderId, state: "none" }]);
  });

  test("fifty releases at once return stock exactly once, also of a deleted product", async () => {
    const id = await addProduct(service, 10);
    const { body } = await reserve(service, { [id]: 10 });
    await service.call("DELETE", `/products/${id}`);
    const token = { orderId: body["orderId"], rid: body["rid"] };
    const answers = await Promise.all(Array.from({ length: 50 }, () => move(service, "release", token)));
    expect(new Set(answers.map((answer) => answer.body["state"]))).toEqual(new Set(["released"]));
    const { body: page } = await service.call("GET", "/audit/products?limit=1000");
    const book = (page["products"] as Record<string, unknown>[]).find((product) => product["id"] === id);
    expect(book).toEqual({ id, stock: 10, received: 10, heldUnits: 0, confirmedUnits: 0, deleted: true });
  });

  test("thirty confirms at once each answer for their own reservation", async () => {
    const id = await addProduct(service, 100);
    const held = await Promise.all(
      Array.from({ length: 30 }, () => reserve(service, { [id]: 1 }, { userId: newId() })),
    );
    const tokens = held.map(({ body }) => ({ orderId: body["orderId"], rid: body["rid"] }));
    await move(service, "release", tokens[0]!);
    const answers = await Promise.all(tokens.map((token) => move(service, "confirm", token)));
    expect(answers.map(({ body }) => body["state"])).toEqual(
      tokens.map((_, index) => (index === 0 ? "released" : "confirmed")),
    );
  });
});

describe("GET /reservations", () => {
  test("lists held ones that are old enough, oldest first, page by page", async () => {
    const id = await addProduct(service, 100);
    const orders: unknown[] = [];
    for (let index = 0; index < 5; index++) {
      orders.push((await reserve(service, { [id]: 1 }, { userId: newId() })).body["orderId"]);
    }
    const collection = service.database.db.collection("reservations");
    // 100 s old by the database's clock.
    await collection.updateMany({ "items.quantity": 1, createdAt: { $gt: new Date(Date.now() - 60_000) } }, [
      { $set: { createdAt: { $subtract: ["$createdAt", 100_000] } } },
    ]);
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await service.call("GET", `/reservations?state=held&olderThanMs=90000&limit=2${cursor}`, {
        as: "service",
      });
      seen.push(...(body["reservations"] as Record<string, unknown>[]).map((one) => one["orderId"]));
      cursor = body["nextCursor"] === undefined ? "" : `&cursor=${String(body["nextCursor"])}`;
    } while (cursor !== "");
    expect(seen.slice(-5)).toEqual(orders);
    const { body } = await service.call("GET", "/reservations?state=held&olderThanMs=110000", { as: "service" });
    expect(body["reservations"]).toEqual([]);
  });

  test("without a state it lists all", async () => {
    const { body } = await service.call("GET", "/reservations?limit=1000", { as: "service" });
    const states = (body["reservations"] as Record<string, unknown>[]).map((one) => one["state"]);
    expect(new Set(states)).toEqual(new Set(["held", "confirmed", "released"]));
  });

  test("ends a page at 1 MiB, and so does the audit; the next one goes on behind it", async () => {
    const own = await startTestService();
    const id = await addProduct(own, 100);
    await reserve(own, { [id]: 1 });
    const collection = own.database.db.collection("reservations");
    const { _id: _first, items, ...rest } = (await collection.findOne({})) as Document;
    const line = { ...items[0], productName: "\u{1f6d2}".repeat(500) };
    const large = { ...rest, items: Array.from({ length: 100 }, () => line) };
    await collection.insertMany(Array.from({ length: 6 }, () => ({ ...large })));
    for (const [path, as] of [
      ["/reservations?state=held&", "service"],
      ["/audit/reservations?", "admin"],
    ] as const) {
      const seen: unknown[] = [];
      const bytes: number[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined;) {
        const { body } = await own.call("GET", `${path}limit=1000${cursor}`, { as });
        seen.push(...(body["reservations"] as Record<string, unknown>[]).map((one) => one["orderId"]));
        bytes.push(Buffer.byteLength(JSON.stringify(body)));
        cursor = body["nextCursor"] === undefined ? undefined : `&cursor=${String(body["nextCursor"])}`;
      }
      expect(new Set(seen).size).toBe(7);
      expect([seen.length, bytes.length]).toEqual([7, 2]);
      expect(Math.max(...bytes)).toBeLessThan(1.25 * 1024 * 1024);
    }
    await own.stop();
  });
});
