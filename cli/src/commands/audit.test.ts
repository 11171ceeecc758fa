import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "@pos/testing/eventually";
import { type Stack, startStack } from "@pos/testing/stack";
import { type Collection, type Document, ObjectId } from "mongodb";
import { runAudit } from "../audit/run.ts";
import { signedInWorld } from "../test/signed-in.ts";
import type { World } from "../test/world.ts";

let stack: Stack;
let admin: World;
let userId: string;
let productId: string;
let reservations: Collection;
let orders: Collection;
let products: Collection;

beforeAll(async () => {
  // Nothing repairs what a test breaks.
  stack = await startStack({ env: { REAPER_AGE_MS: "3600000", REAPER_PERIOD_MS: "60000" } });
  admin = await signedInWorld(stack);
  ({ id: userId } = await stack.customer());
  ({ id: productId } = await stack.admin.products.create({ name: "Mouse", price: 20, stock: 100 }));
  reservations = stack.databases.product.database.db.collection("reservations");
  products = stack.databases.product.database.db.collection("products");
  orders = stack.databases.order.database.db.collection("orders");
});
afterAll(async () => {
  await admin.remove();
  await stack.stop();
});

/** An order of two units whose reservation is confirmed. */
async function place(key: string = crypto.randomUUID()): Promise<string> {
  const { order } = await stack.admin.orders.place(
    { userId, items: [{ productId, quantity: 2 }] },
    { idempotencyKey: key },
  );
  await eventually(
    () => stack.admin.audit.reservation(order.id),
    ({ state }) => state === "confirmed",
  );
  return order.id;
}

async function untilDelivered(): Promise<void> {
  await eventually(
    () => stack.admin.audit.outbox(),
    ({ entries }) => entries.length === 0,
  );
}

interface Report {
  readonly orders: number;
  readonly reservations: number;
  readonly findings: readonly { readonly invariant: string; readonly subject: string }[];
}
async function audited(): Promise<{ exit: number; report: Report; found: readonly string[] }> {
  const { exit, stdout } = await admin.run(["audit", "--settle", "50ms", "-o", "json"]);
  const report = JSON.parse(stdout) as Report;
  return { exit, report, found: report.findings.map(({ invariant, subject }) => `${invariant} ${subject}`).sort() };
}

/** Audits with a document changed, and puts it back. */
async function changed(collection: Collection, id: string, change: Document): Promise<readonly string[]> {
  const _id = new ObjectId(id);
  const before = (await collection.findOne({ _id })) as Document;
  await collection.updateOne({ _id }, change);
  const { exit, found } = await audited();
  await collection.replaceOne({ _id }, before);
  expect(exit).toBe(found.length > 0 ? 6 : 0);
  return found;
}

describe("audit", () => {
  test("finds nothing in a system that was used as it should be", async () => {
    await place();
    await stack.admin.orders.setStatus(await place(), { status: "cancelled" });
    await stack.admin.orders.setStatus(await place(), { status: "processing" });
    await untilDelivered();
    const { exit, stdout, stderr } = await admin.run(["audit", "--settle", "50ms"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^RULE +VERDICT +READ AGAIN +WHAT MUST HOLD\nI1 +holds +0 +received = stock/);
    expect(stdout.trim().split("\n")).toHaveLength(10);
    expect(stderr).toEndWith("Everything holds: 1 product, 3 orders, 3 reservations.\n");
  });

  test("is for administrators", async () => {
    const { email } = await stack.customer();
    const customer = await signedInWorld(stack, { email, password: "correct horse battery" });
    const { exit, stdout } = await customer.run(["audit"]);
    expect([exit, stdout]).toEqual([4, ""]);
    await customer.remove();
  });

  test("finds units that are neither there nor sold", async () => {
    expect(await changed(products, productId, { $inc: { stock: -3 } })).toEqual([`I1 product/${productId}`]);
  });

  test("finds an order whose reservation is gone, and the units of it", async () => {
    const id = await place();
    const { stock } = await stack.admin.products.get(productId);
    await reservations.updateOne({ _id: new ObjectId(id) }, { $set: { state: "released", isOpen: false } });
    expect((await audited()).found).toEqual([`I1 product/${productId}`, `I4 order/${id}`, `I6 order/${id}`]);
    await products.updateOne({ _id: new ObjectId(productId) }, { $set: { stock: stock + 2 } });
    expect((await audited()).found).toEqual([`I4 order/${id}`, `I6 order/${id}`]);
    await reservations.updateOne({ _id: new ObjectId(id) }, { $set: { state: "confirmed", isOpen: true } });
    await products.updateOne({ _id: new ObjectId(productId) }, { $set: { stock } });
    expect((await audited()).found).toEqual([]);
  });

  test("finds a cancelled order that still holds stock, and a history that is no path", async () => {
    const id = await place();
    expect(await changed(orders, id, { $set: { status: "cancelled" } })).toEqual([
      `I5 order/${id}`,
      `I9 order/${id}/history`,
    ]);
  });

  test("finds a message that is dead; outbox lists it and tries it again", async () => {
    const id = await place();
    const nextAt = new Date();
    const { rid } = (await orders.findOne({ _id: new ObjectId(id) })) as Document;
    const entry = { id: "9", kind: "settle", rid, state: "dead", tries: 20, unanswered: 0, createdAt: nextAt, nextAt };
    await orders.updateOne({ _id: new ObjectId(id) }, { $push: { outbox: entry } } as Document);
    expect((await audited()).found).toEqual([`I8 order/${id}/outbox/9`]);
    expect(await admin.ok("outbox", "list", "--state", "dead")).toMatch(new RegExp(`\\n${id} +9 +settle +dead +20 `));
    expect(await admin.ok("outbox", "list", "-o", "name")).toBe(`outbox/${id}/9\n`);
    expect((await admin.run(["outbox", "retry", id, "9"])).exit).toBe(0);
    await untilDelivered();
    expect((await admin.run(["outbox", "retry", id, "9"])).exit).toBe(1);
    await orders.updateOne({ _id: new ObjectId(id) }, { $push: { outbox: entry } } as Document);
    expect((await admin.run(["outbox", "retry", "--all"])).stderr).toBe("✓ 1 message being retried\n");
    await untilDelivered();
    expect((await audited()).found).toEqual([]);
  });

  test("finds two orders of one key", async () => {
    const [first, second] = [await place(), await place()];
    const { keyHash } = (await orders.findOne({ _id: new ObjectId(first) })) as Document;
    const found = await changed(orders, second, { $set: { keyHash } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^I3 order\/[0-9a-f]{24}\/key$/);
  });

  test("names each document that nobody can judge, and goes on with the others", async () => {
    const { id: oddId } = await stack.admin.products.create({ name: "Odd", price: 1, stock: 5 });
    const { id: textId } = await stack.admin.products.create({ name: "Text", price: 1, stock: 5 });
    const [shipped, lost, unknown, early, right] = [
      await place(),
      await place(),
      await place(),
      await place(),
      await place(),
    ];
    const change = async (collection: Collection, id: string, fields: Document) => {
      const _id = new ObjectId(id);
      const before = (await collection.findOne({ _id })) as Document;
      await collection.updateOne({ _id }, { $set: fields });
      return () => collection.replaceOne({ _id }, before);
    };
    const undo = [
      await change(products, oddId, { stock: 1.5, received: -3 }),
      await change(products, textId, { stock: "5" }),
      await change(orders, shipped, { "history.0.status": "shipped" }),
      await change(orders, lost, { rid: "no token", userId: "nobody" }),
      await change(reservations, unknown, { state: "lent" }),
      await change(reservations, early, { createdAt: "yesterday" }),
      await change(orders, right, { status: "completed" }),
    ];
    const { exit, stdout } = await admin.run(["audit", "--settle", "10ms", "-o", "json"]);
    const people = await admin.run(["audit", "--settle", "10ms"]);
    for (const back of undo) await back();
    for (const id of [oddId, textId]) await products.deleteOne({ _id: new ObjectId(id) });
    expect(exit).toBe(6);
    const { findings } = JSON.parse(stdout) as { findings: { invariant: string; subject: string; sentence: string }[] };
    const whole = "must be a whole number from -9007199254740991 up to 9007199254740991";
    const lines = findings.map(({ invariant, subject, sentence }) => `${invariant} ${subject}: ${sentence}`);
    expect(lines.map((line) => line.split(":")[0] ?? "")).toEqual([
      // The units of a reservation in no known state are counted nowhere.
      `I1 product/${productId}`,
      `I9 order/${right}/history`,
      ...[`order/${shipped}`, `order/${lost}`, `product/${oddId}`, `product/${textId}`]
        .concat([`reservation/${unknown}`, `reservation/${early}`])
        .sort()
        .map((subject) => `form ${subject}`),
    ]);
    expect(lines).toContain(
      `form order/${shipped}: history[0].status must be one of pending, processing, completed, cancelled`,
    );
    expect(lines).toContain(`form product/${oddId}: stock ${whole}`);
    expect(lines).toContain(`form product/${textId}: stock ${whole}`);
    expect(lines).toContain(`form reservation/${unknown}: state must be one of held, confirmed, released`);
    expect(lines.join("\n")).toMatch(new RegExp(`form order/${lost}: it cannot be read: .*userId`));
    expect(lines.join("\n")).toMatch(new RegExp(`form reservation/${early}: it cannot be read: .*createdAt`));
    expect(people.stdout).toMatch(/\nform +6 broken +6 +every document is as its service writes it\n/);
    expect(people.stderr).toContain("8 findings: 3 products");
  });

  test("what has settled when it is read again is no finding", async () => {
    const id = await place();
    const _id = new ObjectId(id);
    await reservations.updateOne({ _id }, { $set: { state: "held" } });
    const mended: number[] = [];
    const io = ioThatNotes(mended, async () => {
      await reservations.updateOne({ _id }, { $set: { state: "confirmed" } });
    });
    const report = await runAudit(stack.admin, { io, settleMs: 10, tell: () => undefined });
    expect(report.candidates).toEqual({ I4: 1, I7: 1 });
    expect(report.isCut).toBe(false);
    expect(report.findings).toEqual([]);
    expect(mended).toEqual([10]);
  });

  test("what is still held gets the rest of its time, and is no finding when it has ended by then", async () => {
    const _id = new ObjectId(await place());
    const order = await orders.findOne({ _id });
    await orders.deleteOne({ _id });
    await reservations.updateOne({ _id }, { $set: { state: "held", createdAt: new Date() } });
    const waits: number[] = [];
    const io = ioThatNotes(waits, async () => {
      if (waits.length < 2) return;
      await orders.insertOne(order as never);
      await reservations.updateOne({ _id }, { $set: { state: "confirmed" } });
    });
    const { findings, candidates } = await runAudit(stack.admin, { io, settleMs: 10, tell: () => undefined });
    expect([findings, candidates]).toEqual([[], { I7: 1 }]);
    const [settleMs, restMs = 0] = waits;
    expect([settleMs, restMs > 60_000 && restMs <= 90_000]).toEqual([10, true]);
  });

  test("prints findings for people and for programs", async () => {
    const _id = new ObjectId(productId);
    await products.updateOne({ _id }, { $inc: { stock: -3 } });
    const people = await admin.run(["audit", "--settle", "10ms"]);
    expect(people.stdout.match(/\d broken/g)).toEqual(["1 broken"]);
    expect(people.stdout).toMatch(/\nRULE +WHERE +WHAT\nI1 +product\//);
    expect(people.stderr).toContain("1 finding: 1 product");
    const narrow = await admin.run(["audit", "--settle", "10ms"], { isTty: true, columns: 60 });
    expect(narrow.stdout).toContain(`product/${productId} `);
    const lines = await admin.run(["audit", "--settle", "10ms", "-o", "ndjson"]);
    expect(JSON.parse(lines.stdout)).toMatchObject({ invariant: "I1", subject: `product/${productId}` });
    expect((await admin.run(["audit", "--settle", "10ms", "-q"])).stdout).toBe(`I1/product/${productId}\n`);
    await products.updateOne({ _id }, { $inc: { stock: 3 } });
  });
});

/** A world in which waiting costs no time. */
function ioThatNotes(sleeps: number[], meanwhile: () => Promise<void> = async () => undefined) {
  return {
    stdout: { write: () => undefined, isTty: false, columns: 80 },
    stderr: { write: () => undefined, isTty: false, columns: 80 },
    stdin: { isTty: false, readAll: async () => "", chunks: async function* () {}, readLine: async () => undefined },
    env: {},
    cwd: "/",
    now: () => Date.now(),
    async sleep(milliseconds: number) {
      sleeps.push(milliseconds);
      await meanwhile();
    },
    onSignal: () => () => undefined,
  };
}
