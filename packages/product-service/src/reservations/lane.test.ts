import { expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { type Entry, Lane } from "./lane.ts";

/** A lane whose batches are carried out by the test. */
function lane(carryOut: (entries: readonly Entry<string, string>[]) => Promise<void>) {
  return new Lane<string, string>({
    name: "test",
    clock: systemClock,
    queueMax: 10,
    batchMax: 2,
    weightMax: 10,
    weightOf: () => 1,
    carryOut,
  });
}

const resolveAll = (entries: readonly Entry<string, string>[]) => {
  for (const entry of entries) entry.resolve(`${entry.job} done`);
};
const inAMinute = () => systemClock.now() + 60_000;

test("a lane that is closed takes nothing more, and is closed when what it has taken is done", async () => {
  const ended: string[] = [];
  const { submit, close } = bound(
    lane(async (entries) => {
      await Bun.sleep(5);
      resolveAll(entries);
      ended.push(...entries.map(({ job }) => job));
    }),
  );
  const taken = ["a", "b", "c"].map((job) => submit(job, inAMinute()));
  const closed = close();
  expect(await submit("d", inAMinute()).catch((error: unknown) => error)).toMatchObject({
    code: "SERVICE_UNAVAILABLE",
  });
  await closed;
  expect(ended).toEqual(["a", "b", "c"]);
  expect(await Promise.all(taken)).toEqual(["a done", "b done", "c done"]);
});

test("a job under way is given up at its deadline, with what it failed with before, and others are done", async () => {
  const held = Promise.withResolvers<void>();
  const { submit, close } = bound(
    lane(async (entries) => {
      for (const entry of entries) entry.lastFailure = new Error(`no answer for ${entry.job}`);
      await held.promise;
      resolveAll(entries);
    }),
  );
  const patient = submit("patient", inAMinute());
  const late: unknown = await submit("hasty", systemClock.now() + 30).catch((error: unknown) => error);
  expect(late).toMatchObject({ code: "SERVICE_UNAVAILABLE", cause: { message: "no answer for hasty" } });
  held.resolve();
  expect(await patient).toBe("patient done");
  await close();
});

test("a batch that fails fails those of its jobs that are not settled, and the next one goes on", async () => {
  const { submit, close } = bound(
    lane(async (entries) => {
      if (entries.some(({ job }) => job === "bad")) {
        entries[0]?.resolve("settled");
        throw new Error("broken");
      }
      resolveAll(entries);
    }),
  );
  const outcomes = ["good", "bad", "next"].map((job) =>
    submit(job, inAMinute()).catch((error: unknown) => (error as Error).message),
  );
  expect(await Promise.all(outcomes)).toEqual(["settled", "broken", "next done"]);
  await close();
});

const bound = (of: Lane<string, string>) => ({ submit: of.submit.bind(of), close: of.close.bind(of) });
