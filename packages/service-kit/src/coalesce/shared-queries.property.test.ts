import { expect, test } from "bun:test";
import fc from "fast-check";
import { SharedQueries } from "./shared-queries.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const schedule = fc.record({
  bursts: fc.array(
    fc.record({
      pauseTurns: fc.integer({ min: 0, max: 4 }),
      keys: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  askTurns: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 }),
  failing: fc.option(fc.integer({ min: 0, max: 5 })),
});

test("equal queries share answers that are never older than the question, and nothing stays behind", async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ bursts, askTurns, failing }) => {
      let clock = 0;
      let commands = 0;
      const underWay = new Map<string, number>();
      const ask = async (key: string) => {
        const beganAt = ++clock;
        const number = commands++;
        underWay.set(key, (underWay.get(key) ?? 0) + 1);
        expect(underWay.get(key)).toBe(1);
        for (let left = askTurns[number % askTurns.length] ?? 0; left > 0; left--) await turn();
        underWay.set(key, 0);
        if (number === failing) throw new Error(`command ${number}`);
        return { key, beganAt };
      };
      const queries = new SharedQueries({ name: "queries", ask, keyOf: (key: string) => key, queueMax: 100 });
      const asked: Promise<void>[] = [];
      for (const { pauseTurns, keys } of bursts) {
        for (const key of keys) {
          const askedAt = ++clock;
          asked.push(
            queries.ask(key).then(
              (answer) => {
                expect(answer.key).toBe(key);
                expect(answer.beganAt).toBeGreaterThan(askedAt);
              },
              (error: unknown) => expect(String(error)).toBe(`Error: command ${failing}`),
            ),
          );
        }
        for (let left = pauseTurns; left > 0; left--) await turn();
      }
      await Promise.all(asked);
      expect(commands).toBeLessThanOrEqual(asked.length);
      expect(queries.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("what arrives together is asked once", async () => {
  let commands = 0;
  const queries = new SharedQueries({
    name: "queries",
    ask: async () => ++commands,
    keyOf: () => "same",
    queueMax: 50,
  });
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => queries.ask("q"))))).toEqual(new Set([1]));
  expect(commands).toBe(1);
});
