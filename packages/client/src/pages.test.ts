import { expect, test } from "bun:test";
import { allPages } from "./pages.ts";

/** A list of so many pages, of which each second one is empty. */
const listOf = (pages: number) => async (cursor: string | undefined) => {
  const page = Number(cursor ?? 0);
  return { items: page % 2 === 0 ? [page] : [], ...(page + 1 < pages ? { nextCursor: String(page + 1) } : {}) };
};

test("reads every page, empty ones too, and no more than it may", async () => {
  expect(await Array.fromAsync(allPages(listOf(5)))).toEqual([0, 2, 4]);
  expect(await Array.fromAsync(allPages(listOf(5), 5))).toEqual([0, 2, 4]);
  await expect(Array.fromAsync(allPages(listOf(6), 5))).rejects.toThrow("the list has more than 5 pages");
  await expect(Array.fromAsync(allPages(listOf(10_001)))).rejects.toThrow("the list has more than 10000 pages");
  expect(await Array.fromAsync(allPages(listOf(10_001), 1_000_000))).toHaveLength(5001);
});
