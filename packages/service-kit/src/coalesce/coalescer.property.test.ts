import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Coalescer, Flights, ItemExpiredError, QueueFullError, type Settled } from "./coalescer.ts";

interface Question {
  readonly id: number;
  readonly askedAt: number;
  readonly fate: "answered" | "fails" | "expired";
}

/** Questions that arrive in bursts, to a batch runner whose batches take several turns and sometimes fail whole. */
const schedule = fc.record({
  bursts: fc.array(
    fc.record({
      pauseTurns: fc.integer({ min: 0, max: 4 }),
      fates: fc.array(fc.constantFrom<Question["fate"]>("answered", "answered", "fails", "expired"), {
        minLength: 1,
        maxLength: 8,
      }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  runTurns: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 5 }),
  batchMax: fc.integer({ min: 1, max: 5 }),
  weightMax: fc.integer({ min: 1, max: 20 }),
  queueMax: fc.integer({ min: 1, max: 10 }),
  flightsMax: fc.integer({ min: 1, max: 3 }),
  brokenBatch: fc.option(fc.integer({ min: 0, max: 4 })),
});

const weightOf = ({ id }: Question): number => 1 + (id % 7);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a coalescer", () => {
  test("answers each question once, never with an answer that is older, within its limits", async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const { bursts, runTurns, batchMax, weightMax, queueMax, flightsMax, brokenBatch } = plan;
        let clock = 0;
        let batches = 0;
        let flights = 0;
        const run = async (items: readonly Question[]) => {
          const startedAt = ++clock;
          const number = batches++;
          expect(items.length).toBeLessThanOrEqual(batchMax);
          if (items.length > 1)
            expect(items.reduce((sum, item) => sum + weightOf(item), 0)).toBeLessThanOrEqual(weightMax);
          expect(++flights).toBeLessThanOrEqual(flightsMax);
          for (let left = runTurns[number % runTurns.length] ?? 0; left > 0; left--) await turn();
          flights--;
          if (number === brokenBatch) throw new Error(`batch ${number}`);
          return items.map((item): Settled<{ id: number; startedAt: number }> =>
            item.fate === "fails"
              ? { ok: false, error: new Error(`item ${item.id}`) }
              : { ok: true, value: { id: item.id, startedAt } },
          );
        };
        const isExpired = (item: Question) => item.fate === "expired";
        const limits = { batchMax, weightMax, weightOf, queueMax, flights: new Flights(flightsMax) };
        const coalescer = new Coalescer({ name: "batch", run, ...limits, isExpired });
        const asked: { question: Question; outcome: Promise<unknown> }[] = [];
        for (const { pauseTurns, fates } of bursts) {
          for (const fate of fates) {
            const question = { id: asked.length, askedAt: ++clock, fate };
            asked.push({ question, outcome: coalescer.add(question).catch((error: unknown) => error) });
            expect(coalescer.waiting).toBeLessThanOrEqual(queueMax);
          }
          for (let left = pauseTurns; left > 0; left--) await turn();
        }
        for (const { question, outcome } of asked) {
          const answer = await outcome;
          if (answer instanceof QueueFullError) continue;
          if (question.fate === "expired") expect(answer).toBeInstanceOf(ItemExpiredError);
          else if (answer instanceof Error)
            expect(answer.message).toBe(
              answer.message.startsWith("batch") ? `batch ${brokenBatch}` : `item ${question.id}`,
            );
          else {
            expect(question.fate).toBe("answered");
            expect(answer).toMatchObject({ id: question.id });
            expect((answer as { startedAt: number }).startedAt).toBeGreaterThan(question.askedAt);
          }
          if (question.fate === "fails") expect(answer).toBeInstanceOf(Error);
        }
        expect(coalescer.waiting).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses what is over its queue and does nothing for it", async () => {
    const seen: number[] = [];
    const coalescer = new Coalescer<number, number>({
      name: "batch",
      run: async (items) => {
        seen.push(...items);
        return items.map((value) => ({ ok: true, value }));
      },
      batchMax: 10,
      queueMax: 2,
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => coalescer.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(seen).toEqual([1, 2]);
  });

  test("joins what arrives together and while a batch is under way", async () => {
    const sizes: number[] = [];
    const coalescer = new Coalescer<number, number>({
      name: "batch",
      run: async (items) => {
        sizes.push(items.length);
        await turn();
        return items.map((value) => ({ ok: true, value }));
      },
      batchMax: 100,
      queueMax: 100,
    });
    const first = [1, 2, 3].map((item) => coalescer.add(item));
    await turn();
    const second = [4, 5].map((item) => coalescer.add(item));
    expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4, 5]);
    expect(sizes).toEqual([3, 2]);
  });

  test("coalescers that share their flights take off together, and again when all have landed", async () => {
    const log: string[] = [];
    const flights = new Flights(1);
    const named = (name: string, turns: number) =>
      new Coalescer<number, number>({
        name,
        run: async (items) => {
          log.push(`${name} takes ${items.join("+")}`);
          for (let left = turns; left > 0; left--) await turn();
          log.push(`${name} lands`);
          return items.map((value) => ({ ok: true, value }));
        },
        batchMax: 10,
        queueMax: 10,
        flights,
      });
    const quick = named("quick", 1);
    const slow = named("slow", 5);
    const first = [quick.add(1), slow.add(1)];
    await turn();
    const second = [quick.add(2), slow.add(2), quick.add(3)];
    await Promise.all([...first, ...second]);
    expect(log).toEqual([
      "quick takes 1",
      "slow takes 1",
      "quick lands",
      "slow lands",
      "quick takes 2+3",
      "slow takes 2",
      "quick lands",
      "slow lands",
    ]);
  });

  test("a batch answered with another number of results fails whole", async () => {
    const coalescer = new Coalescer<number, number>({ name: "batch", run: async () => [], batchMax: 5, queueMax: 5 });
    await expect(coalescer.add(1)).rejects.toThrow("answered with 0 results");
  });
});
