import { describe, expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { silentLogger } from "@pos/testing/logger";
import type { OutboxEntry } from "../placement/order.ts";
import { Relay } from "./relay.ts";

const entry = (id: string): OutboxEntry => ({
  id,
  kind: "release",
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
  test("goes on after a delivery that throws", async () => {
    const { relay, delivered } = setUp(async (id) => {
      if (id === "bad") throw new Error("no");
    });
    relay.offer("o", [entry("bad"), entry("good")]);
    while (delivered.length === 0) await Bun.sleep(5);
    expect(delivered).toEqual(["good"]);
  });

  test("ends its round after a delivery that throws", async () => {
    const fails = async (id: string) => {
      if (id === "bad") throw new Error("no");
    };
    const { relay, delivered } = setUp(fails, ["bad", "good"]);
    await relay.round(new AbortController().signal);
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

  test("delivers in a round what its queue had no room for", async () => {
    const offered = Array.from({ length: 10_001 }, (_, number) => `offered-${number}`);
    const last = offered.slice(-1);
    const { relay, delivered } = setUp(async () => undefined, [...last]);
    relay.offer(
      "o",
      offered.map((id) => entry(id)),
    );
    expect(relay.waiting).toBe(10_000);
    await relay.round(new AbortController().signal);
    expect(delivered).toEqual(last);
    await relay.stop();
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

  describe("ends a round", () => {
    const ROUND = 500;
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, index) => `entry-${from + index}`);

    /** A relay whose looks find these, one after the other, and then nothing. */
    function relayOver(
      looks: readonly string[][],
      deliver: (entryId: string) => Promise<void> = async () => undefined,
    ) {
      const delivered: string[] = [];
      let count = 0;
      const relay = new Relay({
        entries: { due: async () => (looks[count++] ?? []).map((id) => ({ orderId: "o", entry: entry(id) })) },
        deliver: async (_orderId, { id }) => {
          delivered.push(id);
          await deliver(id);
        },
        clock: systemClock,
        logger: silentLogger,
        periodMs: 10_000,
      });
      return { relay, delivered, looks: () => count };
    }

    test("when a look finds fewer entries than it may, not before", async () => {
      const { relay, delivered, looks } = relayOver([ids(0, ROUND), ids(500, ROUND), ids(1000, 3), ids(2000, 1)]);
      await relay.round(new AbortController().signal);
      expect(delivered).toEqual([...ids(0, ROUND), ...ids(500, ROUND), ...ids(1000, 3)]);
      expect(looks()).toBe(3);
    });

    test("when all that a look finds is in hand already", async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const { relay, delivered, looks } = relayOver(
        Array.from({ length: 10 }, () => ids(0, ROUND)),
        () => promise,
      );
      relay.offer(
        "o",
        ids(0, ROUND).map((id) => entry(id)),
      );
      await relay.round(new AbortController().signal);
      expect(looks()).toBe(1);
      resolve();
      await relay.stop();
      expect(delivered).toHaveLength(ROUND);
    });

    test("when it is to stop, with the deliveries that have begun", async () => {
      const stopping = new AbortController();
      const { relay, delivered, looks } = relayOver([ids(0, ROUND), ids(500, ROUND)], async (id) => {
        if (id === "entry-9") stopping.abort();
      });
      await relay.round(stopping.signal);
      expect([delivered.length, looks()]).toEqual([10, 1]);
    });
  });

  test("a round looks a minute back from the one before; the first, each sixtieth, and one after a failure at everything", async () => {
    const looks: (number | undefined)[] = [];
    let isAway = false;
    let nowMs = 1_000_000;
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
    // What came due while the process stood still is not older than that.
    nowMs += 3_600_000;
    await round();
    expect(looks.at(-1)).toBe(1_000_000 - 60_000);
    await round();
    expect(looks.at(-1)).toBe(nowMs - 60_000);
    // A clock that was set back.
    nowMs -= 7_200_000;
    await round();
    expect(looks.at(-1)).toBe(nowMs - 60_000);
  });
});
