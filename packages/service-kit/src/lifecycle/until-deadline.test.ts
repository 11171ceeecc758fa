import { expect, test } from "bun:test";
import { type Clock, systemClock } from "./clock.ts";
import { untilDeadline } from "./until-deadline.ts";

const late = () => "late";
const until = (work: Promise<string>, withinMs: number, clock: Clock = systemClock) =>
  untilDeadline(work, { deadlineAtMs: clock.now() + withinMs, clock, late });

test("an answer in time is the answer, whatever others wait for", async () => {
  const waits = [10, 30, 50].map((ms) =>
    until(
      Bun.sleep(ms).then(() => `after ${ms}`),
      5000,
    ),
  );
  expect(await Promise.all(waits)).toEqual(["after 10", "after 30", "after 50"]);
});

test("what does not answer is late at its own deadline, and not before", async () => {
  const never = new Promise<string>(() => undefined);
  const later = Promise.withResolvers<string>();
  const beganAt = performance.now();
  const patient = until(later.promise, 60_000);
  expect(await until(never, 40)).toBe("late");
  expect(performance.now() - beganAt).toBeGreaterThanOrEqual(39);
  later.resolve("answer");
  expect(await patient).toBe("answer");
});

test("a deadline that has passed already is late, and the next one is watched again", async () => {
  const never = new Promise<string>(() => undefined);
  expect(await until(never, -1)).toBe("late");
  await Bun.sleep(60);
  expect(await until(never, 30)).toBe("late");
});

test("what the work fails with is passed on, and a failure after the deadline is nobody's", async () => {
  const failing = Bun.sleep(5).then(() => Promise.reject<string>(new Error("broken")));
  await expect(until(failing, 5000)).rejects.toThrow("broken");
  const failsLater = Promise.withResolvers<string>();
  expect(await until(failsLater.promise, 20)).toBe("late");
  failsLater.reject(new Error("too late"));
  // Where nobody takes a failure, the runtime says so by the next turn.
  await Bun.sleep(0);
});

test("no timer runs while nobody waits", async () => {
  let sleeps = 0;
  const clock: Clock = { now: () => systemClock.now(), sleep: (ms) => (sleeps++, systemClock.sleep(ms)) };
  await until(
    Bun.sleep(1).then(() => "answer"),
    1000,
    clock,
  );
  await Bun.sleep(60);
  expect(sleeps).toBe(1);
});
