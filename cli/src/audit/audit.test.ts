import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { AuditOrder, AuditReservation } from "@pos/contracts/audit";
import { type Stack, startStack } from "@pos/testing/stack";
import { type Document, ObjectId } from "mongodb";
import { signedInWorld } from "../test/signed-in.ts";
import type { World } from "../test/world.ts";
import type { Finding } from "./finding.ts";
import { judgePair, judgeProduct } from "./judge.ts";
import { KeyCheck } from "./keys.ts";
import { runAudit } from "./run.ts";

setDefaultTimeout(120_000);

const id = "a".repeat(24);
const item = { productId: "b".repeat(24), productName: "Lamp", price: 2, quantity: 3 };
const at = "2026-01-31T12:00:00.000Z";
const order: AuditOrder = {
  id,
  userId: "c".repeat(24),
  status: "pending",
  rid: "d".repeat(32),
  fingerprint: "e".repeat(64),
  items: [item],
  history: [{ status: "pending", at, by: "x" }],
  outbox: [],
  createdAt: at,
  ageMs: 0,
};
const reservation: AuditReservation = {
  orderId: id,
  rid: "d".repeat(32),
  userId: "c".repeat(24),
  state: "confirmed",
  fingerprint: "e".repeat(64),
  items: [item],
  createdAt: at,
  updatedAt: at,
  ageMs: 120_000,
};
const rules = (findings: readonly Finding[]): string => findings.map(({ invariant }) => invariant).join(" ");
const pair = (changedOrder?: Partial<AuditOrder> | null, changedReservation?: Partial<AuditReservation> | null) =>
  rules(
    judgePair({
      id,
      order: changedOrder === null ? undefined : { ...order, ...changedOrder },
      reservation: changedReservation === null ? undefined : { ...reservation, ...changedReservation },
    }),
  );
const history = (...path: ("pending" | "processing" | "completed" | "cancelled")[]) =>
  path.map((status) => ({ status, at, by: "x" }));

describe("the judgement of an order and its reservation", () => {
  test("finds nothing where they agree", () => {
    expect(pair()).toBe("");
    expect(
      pair({
        items: [
          { ...item, quantity: 1 },
          { ...item, quantity: 2 },
        ],
      }),
    ).toBe("");
    expect(pair({ status: "void", history: [] }, null)).toBe("");
    expect(pair({ status: "cancelled", history: history("pending", "cancelled") }, { state: "released" })).toBe("");
    expect(pair(null, { state: "released" })).toBe("");
    expect(pair({ status: "completed", history: history("pending", "processing", "completed") })).toBe("");
  });

  test.each([
    ["no reservation", {}, null, "I4 I6"],
    ["a released reservation", {}, { state: "released" }, "I4 I6"],
    ["a reservation still held", {}, { state: "held" }, "I4 I7"],
    ["another token", {}, { rid: "0".repeat(32) }, "I4"],
    ["another user", {}, { userId: "0".repeat(24) }, "I4"],
    ["another fingerprint", {}, { fingerprint: "0".repeat(64) }, "I4"],
    ["another price", {}, { items: [{ ...item, price: 1 }] }, "I4"],
    ["more units taken", {}, { items: [{ ...item, quantity: 4 }] }, "I4 I6"],
    ["a cancelled order that holds", { status: "cancelled", history: history("pending", "cancelled") }, {}, "I5"],
    ["a tombstone that holds", { status: "void", history: [] }, { state: "held" }, "I5 I7"],
    ["units confirmed for no order", null, {}, "I6"],
    ["units held for no order", null, { state: "held" }, "I7"],
    ["a skipped step", { status: "completed", history: history("pending", "completed") }, {}, "I9"],
    ["a status without its step", { status: "processing" }, {}, "I9"],
    ["no history", { history: [] }, {}, "I9"],
    ["a step after the end", { status: "pending", history: history("pending", "cancelled", "pending") }, {}, "I9"],
  ] as const)("finds %s", (_, changedOrder, changedReservation, expected) => {
    expect(
      pair(changedOrder as Partial<AuditOrder> | null, changedReservation as Partial<AuditReservation> | null),
    ).toBe(expected);
  });

  test("finds messages that wait", () => {
    const entry = {
      id: "1",
      kind: "confirm",
      state: "dead",
      tries: 20,
      createdAt: at,
      nextAt: at,
      lastError: "no",
    } as const;
    expect(pair({ outbox: [entry] })).toBe("I8");
  });

  test("finds a stock book that does not add up, and a stock below zero", () => {
    const book = { id, stock: 5, received: 10, heldUnits: 2, confirmedUnits: 3, deleted: false };
    expect(rules(judgeProduct(book))).toBe("");
    expect(rules(judgeProduct({ ...book, received: 11 }))).toBe("I1");
    expect(rules(judgeProduct({ ...book, stock: -1, received: 4 }))).toBe("I1");
  });
});

describe("the check of keys", () => {
  const keyed = (number: number, keyHash: string, status: AuditOrder["status"] = "pending"): AuditOrder => ({
    ...order,
    id: String(number).padStart(24, "0"),
    keyHash,
    status,
  });

  test("finds a second order of a key, and lets tombstones be", () => {
    const check = new KeyCheck({ bucket: 0, bucketCount: 1, keysMax: 10 });
    expect(rules(check.add(keyed(1, "00ff", "void")))).toBe("");
    expect(rules(check.add(keyed(2, "00ff")))).toBe("");
    expect(rules(check.add(keyed(3, "00aa")))).toBe("");
    expect(rules(check.add(keyed(4, "00ff", "cancelled")))).toBe("I3");
  });

  test("says that its room is used up, and finds the same bucket by bucket", () => {
    const orders = Array.from({ length: 100 }, (_, index) => keyed(index, (index % 99).toString(16).padStart(8, "0")));
    const full = new KeyCheck({ bucket: 0, bucketCount: 1, keysMax: 30 });
    for (const each of orders) full.add(each);
    expect(full.isFull).toBe(true);
    const found = Array.from({ length: 5 }, (_, bucket) => {
      const check = new KeyCheck({ bucket, bucketCount: 5, keysMax: 30 });
      return orders.flatMap((each) => check.add(each));
    });
    expect(rules(found.flat())).toBe("I3");
  });
});

describe("an audit of a running stack", () => {
  let stack: Stack;
  let admin: World;
  beforeAll(async () => {
    stack = await startStack();
    admin = await signedInWorld(stack);
    await admin.ok("seed", "--users", "2", "--products", "3", "--orders", "12");
  });
  afterAll(async () => {
    await admin.remove();
    await stack.stop();
  });
  const orders = () => stack.databases.order.database.db.collection("orders");
  const reservations = () => stack.databases.product.database.db.collection("reservations");
  const products = () => stack.databases.product.database.db.collection("products");
  /** An audit whose waits take no time but what happens meanwhile. */
  const audit = async (meanwhile: (waitMs: number) => Promise<unknown> = async () => undefined) => {
    const io = { sleep: async (milliseconds: number) => void (await meanwhile(milliseconds)) };
    return await runAudit(stack.admin, { io, settleMs: 1000, heldMaxMs: 3_600_000, tell: () => undefined });
  };

  test("holds, and says what it looked at", async () => {
    const { exit, stdout, stderr } = await admin.run(["audit", "--settle", "2s"]);
    expect({ exit, stderr }).toMatchObject({ exit: 0 });
    expect(stdout.match(/holds/g)).toHaveLength(9);
    expect(stderr).toContain("Everything holds: 3 products, 12 orders, 12 reservations.");
    expect(await admin.json("audit", "--settle", "2s")).toMatchObject({ products: 3, findings: [] });
  });

  test("asks for few stock books at a time: whatever was ever sold of them is counted for one answer", async () => {
    const db = stack.databases.product.database.db;
    const { _id: first, ...product } = (await products().findOne({})) as Document;
    const copies = Array.from({ length: 120 }, () => ({ ...product, stock: 0, received: 0 }));
    const { insertedIds } = await products().insertMany(copies);
    await db.command({ profile: 2 });
    const report = await audit();
    await db.command({ profile: 0 });
    await products().deleteMany({ _id: { $in: Object.values(insertedIds) } });
    expect([report.products, first instanceof ObjectId]).toEqual([123, true]);
    const counts = await db
      .collection("system.profile")
      .find({ ns: `${db.databaseName}.reservations`, "command.aggregate": "reservations" })
      .toArray();
    const asked = counts.map(({ command }) => command.pipeline[0].$match["items.productId"].$in.length as number);
    expect(Math.max(...asked)).toBeLessThanOrEqual(101);
    await db.collection("system.profile").drop();
  });

  test("finds units that vanished, orders that vanished, and stock from nowhere", async () => {
    const [lost] = await orders().find({ status: "pending" }).sort({ _id: 1 }).limit(1).toArray();
    await orders().deleteOne({ _id: lost?._id as ObjectId });
    const product = await products().findOneAndUpdate({}, { $inc: { stock: 1 } });
    const { exit, stdout } = await admin.run(["audit", "--settle", "500ms", "-o", "json"]);
    expect(exit).toBe(6);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(findings.map(({ invariant, subject }) => `${invariant} ${subject}`).sort()).toEqual([
      `I1 product/${product!._id.toHexString()}`,
      `I6 order/${lost!._id.toHexString()}`,
    ]);
    const shown = await admin.run(["audit", "--settle", "500ms"]);
    expect(shown.stdout).toContain("1 broken");
    expect(shown.stderr).toContain("2 findings");
    await products().updateOne({ _id: product!._id }, { $inc: { stock: -1 } });
    await orders().insertOne(lost as never);
  });

  test("finds an order without its reservation, and nothing about its neighbours", async () => {
    const [, second] = await reservations().find().sort({ _id: 1 }).limit(2).toArray();
    await reservations().deleteOne({ _id: second!._id });
    const { findings, candidates } = await audit();
    await reservations().insertOne(second as never);
    // Its neighbours were not even looked at twice: the two lists stayed side by side.
    expect(candidates).toMatchObject({ I4: 1, I6: 1 });
    const ofOrder = findings.filter(({ invariant }) => invariant !== "I1");
    expect(ofOrder.map(({ invariant, subject }) => `${invariant} ${subject}`).sort()).toEqual([
      `I4 order/${second!._id.toHexString()}`,
      `I6 order/${second!._id.toHexString()}`,
    ]);
  });

  test("lets work under way end before it judges", async () => {
    const [late] = await reservations().find({ state: "confirmed" }).limit(1).toArray();
    await reservations().updateOne({ _id: late?._id as ObjectId }, { $set: { state: "held", createdAt: new Date() } });
    const waits: number[] = [];
    const { findings, candidates } = await audit((waitMs) => {
      waits.push(waitMs);
      const $set = { state: "confirmed", createdAt: late?.["createdAt"] as Date };
      return reservations().updateOne({ _id: late?._id as ObjectId }, { $set });
    });
    expect(candidates).toMatchObject({ I4: 1, I7: 1 });
    expect([findings, waits]).toEqual([[], [1000]]);
  });

  test("finds what is held for too long", async () => {
    const [late] = await reservations().find({ state: "confirmed" }).limit(1).toArray();
    await reservations().updateOne({ _id: late?._id as ObjectId }, { $set: { state: "held", createdAt: new Date() } });
    const waits: number[] = [];
    const { findings } = await audit(async (waitMs) => waits.push(waitMs));
    expect(rules(findings)).toBe("I4 I7");
    // The rest of its time.
    expect(waits.map((waitMs) => Math.ceil(waitMs / 600_000))).toEqual([1, 6]);
    await reservations().updateOne({ _id: late?._id as ObjectId }, { $set: { state: "confirmed" } });
  });
});
