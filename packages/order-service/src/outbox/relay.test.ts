import { describe, expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { silentLogger } from "@pos/testing/logger";
import type { OutboxEntry } from "../placement/order.ts";
import { Relay } from "./relay.ts";

const entry = (id: string): OutboxEntry => ({
  id,
  kind: "confirm",
  rid: "r",
  state: "pending",
  tries: 0,
  unanswered: 0,
  createdAt: new Date(0),
  nextAt: new Date(0),
});

function setUp(deliver: (entryId: string) => Promise<void>, due: string[] = []) {
  const delivered: string[] = [];
  const relay = new Relay({
    entries: { due: async () => due.splice(0).map((id) => ({ orderId: "o", entry: entry(id) })) },
    deliver: async (_orderId, { id }) => {
      await deliver(id);
      delivered.push(id);
    },
    clock: systemClock,
    logger: silentLogger,
    periodMs: 10_000,
  });
  return { relay, delivered };
}

describe("a relay", () => {
  test("delivers what it is offered within moments, many at a time and no more than 1,000", async () => {
    let atOnce = 0;
    let most = 0;
    const { relay, delivered } = setUp(async () => {
      most = Math.max(most, ++atOnce);
      await Bun.sleep(5);
      atOnce--;
    });
    for (let number = 0; number < 2500; number++) relay.offer("o", [entry(String(number))]);
    while (delivered.length < 2500) await Bun.sleep(5);
    expect(most).toBe(1000);
  });

  test("what is offered while deliveries are under way goes together later, not one by one", async () => {
    const starts: string[] = [];
    const { relay, delivered } = setUp(async (id) => {
      starts.push(id);
      if (Number(id) < 8) relay.offer("o", [entry(String(Number(id) + 2))]);
      await Bun.sleep(Number(id) % 2 === 0 ? 5 : 20);
      starts.push(`${id} done`);
    });
    relay.offer("o", [entry("0"), entry("1")]);
    while (delivered.length < 10) await Bun.sleep(5);
    const pairs = [0, 2, 4, 6, 8].flatMap((even) =>
      [even, even + 1].map(String).concat(`${even} done`, `${even + 1} done`),
    );
    expect(starts).toEqual(pairs);
  });

  test("goes on after a delivery that throws", async () => {
    const { relay, delivered } = setUp(async (id) => {
      if (id === "bad") throw new Error("no");
    });
    relay.offer("o", [entry("bad"), entry("good")]);
    while (delivered.length === 0) await Bun.sleep(5);
    expect(delivered).toEqual(["good"]);
  });

  test("does not deliver in a round what is under way already", async () => {
    const release = Promise.withResolvers<void>();
    const { relay, delivered } = setUp(() => release.promise, ["offered-0", "offered-1199", "other"]);
    // More than can be delivered at a time: some wait in the queue.
    const offered = Array.from({ length: 1200 }, (_, number) => `offered-${number}`);
    relay.offer(
      "o",
      offered.map((id) => entry(id)),
    );
    const round = relay.round(new AbortController().signal);
    release.resolve();
    await round;
    while (delivered.length < 1201) await Bun.sleep(5);
    expect(delivered.toSorted()).toEqual([...offered, "other"].toSorted());
  });

  test("stops when the delivery under way is done, and takes nothing more", async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { relay, delivered } = setUp(() => {
      begun.resolve();
      return release.promise;
    });
    relay.start();
    relay.offer("o", [entry("1")]);
    await begun.promise;
    const stopped = relay.stop();
    relay.offer("o", [entry("2")]);
    release.resolve();
    await stopped;
    expect(delivered).toEqual(["1"]);
    expect(relay.waiting).toBe(0);
  });

  test("a round looks a minute back; the first, each sixtieth, and one after a failure at everything", async () => {
    const looks: (number | undefined)[] = [];
    let isAway = false;
    const nowMs = 1_000_000;
    const relay = new Relay({
      entries: {
        due: async (_now, _limit, since) => {
          looks.push(since?.getTime());
          if (isAway) throw new Error("no database");
          return [];
        },
      },
      deliver: async () => undefined,
      clock: { ...systemClock, now: () => nowMs },
      logger: silentLogger,
      periodMs: 10_000,
    });
    const round = () => relay.round(new AbortController().signal).catch(() => undefined);
    for (let number = 0; number < 61; number++) await round();
    expect(looks.flatMap((since, number) => (since === undefined ? [number] : []))).toEqual([0, 60]);
    expect(looks[1]).toBe(nowMs - 60_000);
    isAway = true;
    await round();
    isAway = false;
    await round();
    await round();
    expect(looks.slice(61)).toEqual([nowMs - 60_000, undefined, nowMs - 60_000]);
  });
});
