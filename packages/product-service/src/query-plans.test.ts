import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@pos/testing/eventually";
import { addProduct, move, newId, reserve, startTestService, type TestService } from "./test/product-service.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ env: { MAX_PENDING_UNITS: "3" } });
});
afterAll(() => service.stop());

const isProducts = (namespace: unknown): boolean => String(namespace).endsWith(".products");

/** Every command of the service on its own collections, as the database's profiler saw it. */
async function profiled({ database: { db } }: TestService, work: () => Promise<void>) {
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const own = ["products", "reservations", "stockAdjustments", "flushers"].map((name) => `${db.databaseName}.${name}`);
  return db
    .collection("system.profile")
    .find({ ns: { $in: own }, planSummary: { $exists: true } })
    .toArray();
}

test("every query of the service goes by an index, and no list sorts in memory", async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => addProduct(service, 50)));
  for (const id of ids) await reserve(service, { [id]: 1 });
  const flushers = service.database.db.collection("flushers");
  const beat = await flushers.findOne();
  const own = { _id: beat!._id };
  const seen = await profiled(service, async () => {
    const id = ids[0] ?? "";
    const userId = newId();
    const { body } = await reserve(service, { [id]: 2, [ids[1] ?? ""]: 1 }, { userId });
    await reserve(service, { [id]: 2 }, { userId });
    const token = { orderId: body["orderId"], rid: body["rid"] };
    for (const command of ["confirm", "confirm", "settle", "release"]) await move(service, command, token);
    for (const path of [
      "/products?limit=3",
      "/products?limit=3&name=Lamp",
      "/audit/products?limit=3",
      "/audit/reservations?limit=3",
    ]) {
      const page = await service.call("GET", path);
      const next = await service.call("GET", `${path}&cursor=${String(page.body["nextCursor"])}`);
      expect([page.status, next.status]).toEqual([200, 200]);
    }
    for (const path of [
      "/reservations?limit=3",
      "/reservations?limit=3&state=held",
      "/reservations?limit=3&state=held&olderThanMs=1",
    ]) {
      const page = await service.call("GET", path, { as: "service" });
      await service.call("GET", `${path}&cursor=${String(page.body["nextCursor"])}`, { as: "service" });
    }
    await service.call("GET", `/audit/reservations/${String(token.orderId)}`);
    await service.call("GET", `/products/${id}`);
    await service.call("PUT", `/products/${id}`, { body: { stock: 4 }, headers: { "if-match": '"1"' } });
    const adjustment = { body: { delta: 1, reason: "in" }, headers: { "idempotency-key": "k" } };
    for (let round = 0; round < 2; round++) await service.call("POST", `/products/${id}/stock-adjustments`, adjustment);
    await service.call("DELETE", `/products/${id}`);
    await eventually(async () => (await flushers.findOne(own))?.["heartbeatAt"] > beat?.["heartbeatAt"]);
  });
  const bad = seen.filter((each) => String(each["planSummary"]).includes("COLLSCAN") || each["hasSortStage"] === true);
  expect(bad.map(({ ns, op, planSummary, command }) => ({ ns, op, planSummary, command }))).toEqual([]);
  const collections = new Set(seen.map(({ ns }) => String(ns).split(".").at(-1)));
  expect(collections).toEqual(new Set(["products", "reservations", "stockAdjustments", "flushers"]));
  // A read by id is planned by nobody.
  const reads = seen.filter(({ op, ns, command }) => op === "query" && isProducts(ns) && "_id" in command.filter);
  expect(new Set(reads.map(({ planSummary }) => planSummary))).toContain("IDHACK");
  // Held ones that are not old enough are not even looked at.
  const wide = seen.filter((each) => Number(each["docsExamined"]) > 20 * Math.max(1, Number(each["nreturned"])));
  expect(wide.map(({ ns, planSummary, docsExamined }) => ({ ns, planSummary, docsExamined }))).toEqual([]);
});

test("confirms of all that is held go by id", async () => {
  // By state they would walk over every hold that was confirmed in the last minutes: deleted keys stay for that long.
  const empty = await startTestService();
  const id = await addProduct(empty, 1000);
  const seen = await profiled(empty, async () => {
    for (let round = 0; round < 3; round++) {
      const held = await Promise.all(
        Array.from({ length: 20 }, () => reserve(empty, { [id]: 1 }, { userId: newId() })),
      );
      const commands = held.map(({ body }) => ({ command: "confirm", orderId: body["orderId"], rid: body["rid"] }));
      const { status } = await empty.call("POST", "/reservations/batch", { as: "service", body: { commands } });
      expect(status).toBe(200);
    }
  });
  await empty.stop();
  const confirms = seen.filter(({ op, command }) => op === "update" && command.u?.$set?.state === "confirmed");
  expect(confirms.length).toBeGreaterThan(0);
  expect(new Set(confirms.map(({ planSummary }) => planSummary))).toEqual(new Set(["IXSCAN { _id: 1 }"]));
});
