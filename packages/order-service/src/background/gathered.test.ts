import { describe, expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { testLogger } from "@pos/testing/logger";
import { Gathered } from "./gathered.ts";

function setUp(work: (item: number) => Promise<void>) {
  const log = testLogger();
  const done: number[] = [];
  const gathered = new Gathered<number>({
    name: "greeting",
    work: async (item) => {
      await work(item);
      done.push(item);
    },
    clock: systemClock,
    logger: log.logger,
  });
  return { gathered, done, log };
}

describe("gathered work", () => {
  test("begins within moments, many at a time and no more than 1,000", async () => {
    let atOnce = 0;
    let most = 0;
    const { gathered, done } = setUp(async () => {
      most = Math.max(most, ++atOnce);
      await Bun.sleep(5);
      atOnce--;
    });
    for (let item = 0; item < 2500; item++) gathered.offer(item);
    expect(gathered.waiting).toBe(2500);
    while (done.length < 2500) await Bun.sleep(5);
    expect(most).toBe(1000);
    expect(gathered.waiting).toBe(0);
  });

  test("that is offered while other work is under way begins together later, not one by one", async () => {
    const steps: string[] = [];
    const { gathered, done } = setUp(async (item) => {
      steps.push(`${item}`);
      if (item < 8) gathered.offer(item + 2);
      await Bun.sleep(item % 2 === 0 ? 5 : 20);
      steps.push(`${item} done`);
    });
    gathered.offer(0);
    gathered.offer(1);
    while (done.length < 10) await Bun.sleep(5);
    const pairs = [0, 2, 4, 6, 8].flatMap((even) => [`${even}`, `${even + 1}`, `${even} done`, `${even + 1} done`]);
    expect(steps).toEqual(pairs);
  });

  test("that fails is written down, and the others are done", async () => {
    const { gathered, done, log } = setUp(async (item) => {
      if (item === 1) throw new Error("no");
    });
    for (const item of [1, 2, 3]) gathered.offer(item);
    while (done.length < 2) await Bun.sleep(5);
    expect(done).toEqual([2, 3]);
    expect(log.entries().map(({ level, msg }) => [level, msg])).toEqual([["error", "a greeting failed"]]);
  });

  test("is refused when 10,000 items wait", () => {
    const { gathered } = setUp(async () => undefined);
    for (let item = 0; item < 10_000; item++) expect(gathered.offer(item)).toBe(true);
    expect(gathered.offer(10_000)).toBe(false);
  });

  test("that waits begins at once when it stops, and nothing more is taken", async () => {
    const { gathered, done } = setUp(() => Bun.sleep(20));
    gathered.offer(1);
    const stopped = gathered.stop();
    expect(gathered.offer(2)).toBe(false);
    expect(gathered.waiting).toBe(0);
    await stopped;
    expect(done).toEqual([1]);
  });
});
