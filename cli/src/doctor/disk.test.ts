import { expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Io } from "../io.ts";
import { world } from "../test/world.ts";
import { judge } from "./disk.ts";

test("doctor says how much room the disk has and how fast it is, and leaves nothing on it", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  const disk = async () => {
    const { stdout } = await user.run(["doctor", "--data-dir", dataDir, "-o", "json"]);
    return (JSON.parse(stdout) as readonly { name: string; detail: string }[]).find(({ name }) => name === "Disk");
  };
  expect((await disk())?.detail).toBe("not looked at: there is no data yet");
  await mkdir(dataDir, { mode: 0o700 });
  expect((await disk())?.detail).toMatch(/^[\d,]+ MB free, a write takes [\d.]+ m?s/);
  expect(await readdir(dataDir)).toEqual([]);
  await user.remove();
});

test("doctor waits for a write that hangs, and for nothing once the writes are done", async () => {
  const user = await world();
  const disk = async (sleep: Io["sleep"]) => {
    const { stdout } = await user.run(["doctor", "--data-dir", user.home, "-o", "json"], { sleep });
    return (JSON.parse(stdout) as readonly { name: string; detail: string }[]).find(({ name }) => name === "Disk");
  };
  expect((await disk(async () => undefined))?.detail).toContain("no write is done within 5 s");
  let isLetGo = false;
  const never = (_: number, signal?: AbortSignal) =>
    new Promise<void>(() => signal?.addEventListener("abort", () => (isLetGo = true)));
  expect((await disk(never))?.detail).toMatch(/a write takes [\d.]+ m?s/);
  expect(isLetGo).toBe(true);
  await user.remove();
});

test.each([
  [3, "ok"],
  [350, "warning"],
  [1500, "problem"],
  [undefined, "problem"],
] as const)("a disk whose write takes %p ms is judged: %s", (syncMs, status) => {
  expect(judge(syncMs, "900 MB free").status).toBe(status);
});
