import { expect, test } from "bun:test";
import { concurrently } from "./concurrently.ts";

test("every item is worked on once, never more of them than the limit at a time", async () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  const begun: number[] = [];
  let [underWay, most] = [0, 0];
  await concurrently(items, 3, async (item) => {
    begun.push(item);
    most = Math.max(most, ++underWay);
    await Bun.sleep(1);
    underWay--;
  });
  expect([begun, most]).toEqual([items, 3]);
  await concurrently([], 3, () => Promise.reject(new Error("there is nothing to do")));
});

test("what one item fails with is passed on", () =>
  expect(concurrently([1, 2], 2, (item) => Promise.reject(new Error(`no ${item}`)))).rejects.toThrow("no 1"));
