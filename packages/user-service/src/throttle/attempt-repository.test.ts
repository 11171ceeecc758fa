import { testDatabase } from "@pos/testing/database";
import { afterAll, expect, test } from "bun:test";
import { AttemptRepository } from "./attempt-repository.ts";
import type { Counter } from "./documents.ts";

const database = await testDatabase("attempts");
const { db } = database.database;
const attempts = new AttemptRepository(db);
afterAll(() => database.drop());

const now = new Date("2030-01-01T00:00:00Z");
const windowMs = 60_000;
const window = { now, windowMs };
const later = { now: new Date(now.getTime() + 30_000), windowMs };
const end = new Date(now.getTime() + windowMs);

let names = 0;
const fresh = (kind: string) => `${kind}:${++names}`;
const countOf = async (id: string) => (await db.collection<Counter>("throttle").findOne({ _id: id }))?.count;

test("an attempt counts at every limit until one is reached, and then at none of the wider ones", async () => {
  const limits = [
    { id: fresh("pair"), most: 2 },
    { id: fresh("address"), most: 9 },
  ];
  expect(await attempts.countUp(limits, window)).toBeUndefined();
  expect(await attempts.countUp(limits, later)).toBeUndefined();
  expect(await attempts.countUp(limits, later)).toMatchObject({ _id: limits[0]?.id, count: 2, expiresAt: end });
  expect(await Promise.all(limits.map(({ id }) => countOf(id)))).toEqual([2, 2]);
});

test("attempts at the same time are refused each for itself, and none counts beyond its limit", async () => {
  const [ada, eve, address] = [fresh("pair"), fresh("pair"), fresh("address")];
  const tryOf = (pair: string) =>
    attempts.countUp(
      [
        { id: pair, most: 2 },
        { id: address, most: 5 },
      ],
      window,
    );
  const verdicts = await Promise.all([ada, ada, ada, eve, ada, eve].map(tryOf));
  expect(verdicts.map((refusing) => refusing?._id)).toEqual([undefined, undefined, ada, undefined, ada, undefined]);
  expect(await Promise.all([ada, eve, address].map(countOf))).toEqual([2, 2, 4]);
});

test("first attempts at two replicas at the same time all count", async () => {
  const other = new AttemptRepository(db);
  const limits = [{ id: fresh("pair"), most: 60 }];
  const counts = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? attempts : other).countUp(limits, window));
  expect(new Set(await Promise.all(counts))).toEqual(new Set([undefined]));
  expect(await countOf(String(limits[0]?.id))).toBe(40);
});

test("a successful attempt is taken back before the one that comes with it counts", async () => {
  const [pair, address] = [fresh("pair"), fresh("address")];
  const limits = [
    { id: pair, most: 1 },
    { id: address, most: 1 },
  ];
  expect(await attempts.countUp(limits, window)).toBeUndefined();
  const taken = attempts.takeBack({ clear: pair, countDown: [address] });
  expect(await Promise.all([taken, attempts.countUp(limits, later)])).toEqual([undefined, undefined]);
  // The pair's window began anew, the address's goes on.
  const laterEnd = new Date(end.getTime() + 30_000);
  expect(await attempts.read([pair], later)).toMatchObject([{ count: 1, expiresAt: laterEnd }]);
  expect(await attempts.read([address], later)).toMatchObject([{ count: 1, expiresAt: end }]);
});

test("what is taken back once too often gives no try more", async () => {
  const address = { id: fresh("address"), most: 1 };
  await attempts.countUp([address], window);
  for (const pair of ["one", "two", "three"]) await attempts.takeBack({ clear: pair, countDown: [address.id] });
  expect(await attempts.countUp([address], window)).toBeUndefined();
  expect(await attempts.countUp([address], window)).toMatchObject({ count: 1 });
});
