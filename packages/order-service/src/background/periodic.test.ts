import { expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { periodic } from "./periodic.ts";

const LONG_MS = 3_600_000;

test("rounds stop when the one under way is over, which is told", async () => {
  const round = Promise.withResolvers<void>();
  let isOver = false;
  const rounds = periodic(
    {
      name: "test",
      periodMs: 1,
      async round(signal) {
        signal.addEventListener("abort", () => round.resolve());
        await round.promise;
        await Bun.sleep(5);
        isOver = true;
      },
    },
    { clock: systemClock, logger: testLogger().logger },
  );
  rounds.start();
  await rounds.stop();
  expect(isOver).toBe(true);
});

test("rounds that are stopped in their pause do not wait for its end", async () => {
  let count = 0;
  const round = async () => void count++;
  const rounds = periodic(
    { name: "test", periodMs: LONG_MS, round },
    { clock: systemClock, logger: testLogger().logger },
  );
  rounds.start();
  await eventually(() => count === 1);
  await rounds.stop();
  expect(count).toBe(1);
}, 60_000);

test("a round that fails is logged, and the next one comes", async () => {
  const log = testLogger();
  let count = 0;
  const round = async () => {
    if (++count === 1) throw new Error("broken");
  };
  const rounds = periodic({ name: "test", periodMs: 1, round }, { clock: systemClock, logger: log.logger });
  rounds.start();
  await eventually(() => count > 2);
  await rounds.stop();
  expect(log.entries()).toMatchObject([{ level: "warn", msg: "a round of the test failed" }]);
});
