import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { silentLogger, testLogger } from "@pos/testing/logger";
import type { Db } from "mongodb";
import { systemClock } from "../lifecycle/clock.ts";
import { compareMigrations, type DatabaseLayout, migrateDatabase } from "./migrate.ts";

setDefaultTimeout(120_000);

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await testDatabase("migrate");
  db = database.database.db;
});
afterAll(() => database.drop());

const tools = { clock: systemClock, logger: silentLogger };

/** Three steps, each of which notes that it ran and takes a moment. */
function layoutInto(ran: string[], collection: string): DatabaseLayout {
  const step = (version: number, name: string) => ({
    version,
    name,
    up: async (target: Db) => {
      ran.push(name);
      await Bun.sleep(10);
      await target.collection(collection).updateOne({}, { $push: { steps: name } as never }, { upsert: true });
    },
  });
  return {
    migrations: [step(2, "second"), step(1, "first"), step(3, "third")],
    indexes: [{ collection, keys: { steps: 1 }, options: { name: "by_steps" } }],
  };
}

describe("migrations", () => {
  test("run once, in order, although six replicas start together", async () => {
    const ran: string[] = [];
    const layout = layoutInto(ran, "replicas");
    expect((await compareMigrations(db, layout)).pending.map(({ name }) => name)).toEqual(["first", "second", "third"]);
    await Promise.all(Array.from({ length: 6 }, () => migrateDatabase(db, layout, tools)));
    expect(ran).toEqual(["first", "second", "third"]);
    expect(await db.collection("replicas").findOne({}, { projection: { _id: 0 } })).toMatchObject({
      steps: ["first", "second", "third"],
    });
    expect((await compareMigrations(db, layout)).pending).toEqual([]);
    expect((await db.collection("replicas").indexes()).map(({ name }) => name)).toContain("by_steps");
    expect(await db.collection("locks").countDocuments()).toBe(0);
  });

  test("take the lock of a holder that died, by the database's clock", async () => {
    await db.collection("migrations").deleteMany({});
    await db.collection<{ _id: string }>("locks").insertOne({
      _id: "migrations",
      owner: "dead",
      heartbeatAt: new Date(Date.now() - 31_000),
    } as never);
    const ran: string[] = [];
    await migrateDatabase(db, layoutInto(ran, "stale"), tools);
    expect(ran).toEqual(["first", "second", "third"]);
  });

  test("wait for a holder that is alive", async () => {
    await db.collection("migrations").deleteMany({});
    const lock = { _id: "migrations", owner: "alive", heartbeatAt: new Date() };
    await db.collection<typeof lock>("locks").insertOne(lock);
    const ran: string[] = [];
    const migrated = migrateDatabase(db, layoutInto(ran, "alive"), tools);
    await Bun.sleep(500);
    expect(ran).toEqual([]);
    await db.collection<{ _id: string }>("locks").deleteOne({ _id: "migrations" });
    await migrated;
    expect(ran).toEqual(["first", "second", "third"]);
  });

  test("keep their lock while they last, however long, and give it back for good", async () => {
    await db.collection("migrations").deleteMany({});
    const locks = db.collection<{ _id: string; heartbeatAt: Date }>("locks");
    const heartbeatMs = async () => (await locks.findOne({ _id: "migrations" }))?.heartbeatAt.getTime() ?? 0;
    const slept: number[] = [];
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => {
        slept.push(ms);
        return systemClock.sleep(1, signal);
      },
    };
    const up = async () => {
      const begun = await heartbeatMs();
      await eventually(async () => (await heartbeatMs()) > begun);
    };
    await migrateDatabase(
      db,
      { migrations: [{ version: 1, name: "long", up }], indexes: [] },
      { clock, logger: silentLogger },
    );
    expect(await locks.countDocuments()).toBe(0);
    const beats = slept.length;
    await Bun.sleep(50);
    expect([await locks.countDocuments(), slept.length]).toEqual([0, beats]);
    // Well within the 30 s after which others take it.
    expect(Math.max(...slept)).toBeLessThanOrEqual(10_000);
  });

  test("a step that fails leaves the later ones for the next start", async () => {
    await db.collection("migrations").deleteMany({});
    const ran: string[] = [];
    const layout = layoutInto(ran, "failing");
    const broken = {
      ...layout,
      migrations: [
        ...layout.migrations.filter(({ version }) => version !== 2),
        { version: 2, name: "broken", up: () => Promise.reject(new Error("no")) },
      ],
    };
    await expect(migrateDatabase(db, broken, tools)).rejects.toThrow("no");
    expect(ran).toEqual(["first"]);
    await migrateDatabase(db, layout, tools);
    expect(ran).toEqual(["first", "second", "third"]);
  });

  test("of a newer release are named in one warning, and keep nobody from the start", async () => {
    await db.collection("migrations").deleteMany({});
    const newer = layoutInto([], "newer");
    const older = { ...newer, migrations: newer.migrations.filter(({ version }) => version === 1) };
    await migrateDatabase(db, newer, tools);
    expect((await compareMigrations(db, newer)).newer).toEqual([]);
    const { logger, entries } = testLogger();
    await migrateDatabase(db, newer, { clock: systemClock, logger });
    expect(entries()).toEqual([]);
    await migrateDatabase(db, older, { clock: systemClock, logger });
    const unknown = [
      { version: 2, name: "second" },
      { version: 3, name: "third" },
    ];
    expect(entries()).toEqual([
      expect.objectContaining({ level: "warn", migrations: unknown, msg: expect.stringContaining("newer release") }),
    ]);
  });
});
