import { expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { Turns } from "./turns.ts";

const inAWhile = () => Date.now() + 60_000;

test("work with one key is done one after the other, in order of arrival, also behind work that fails", async () => {
  const turns = new Turns(systemClock);
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await Bun.sleep(1);
    steps.push(`${name} ends`);
    if (name === "a") throw new Error("refused");
    return name;
  };
  const done = await Promise.allSettled(["a", "b", "c"].map((name) => turns.take("key", inAWhile(), work(name))));
  expect(done.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(steps).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("work with another key does not wait", async () => {
  const turns = new Turns(systemClock);
  const hanging = Promise.withResolvers<string>();
  const first = turns.take("key", inAWhile(), () => hanging.promise);
  expect(await turns.take("other key", inAWhile(), async () => "done")).toBe("done");
  hanging.resolve("done as well");
  expect(await first).toBe("done as well");
});

test("work that hangs holds up whoever waits for it until their deadline, and nobody behind them", async () => {
  const turns = new Turns(systemClock);
  const hanging = Promise.withResolvers<string>();
  const first = turns.take("key", inAWhile(), () => hanging.promise);
  const order: string[] = [];
  const second = turns.take("key", Date.now() + 50, async () => order.push("second"));
  const third = turns.take("key", inAWhile(), async () => order.push("third"));
  await Promise.all([second, third]);
  expect(order).toEqual(["second", "third"]);
  hanging.resolve("done");
  await first;
});
