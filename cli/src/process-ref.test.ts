import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockHolder, takeLock } from "./lock.ts";
import { until } from "./test/local-stack.ts";
import { endProcess, hasEnded, isAlive, processesEndingWith, refOf, residentBytes, signal } from "./process-ref.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordersctl-lock-"));
});
afterAll(() => rm(folder, { recursive: true }));

const start = (script: string) => Bun.spawn(["bash", "-c", script], { stdout: "pipe", stderr: "ignore" });
const reference = (pid: number) => {
  const ref = refOf(pid);
  if (ref === undefined) throw new Error(`no process ${pid}`);
  return ref;
};

describe("a process", () => {
  test("is known by its number and its birth", async () => {
    const child = start("exec sleep 60");
    const ref = reference(child.pid);
    expect(isAlive(ref)).toBe(true);
    expect(isAlive({ ...ref, birth: reference(process.pid).birth })).toBe(false);
    expect(isAlive(undefined)).toBe(false);
    await until("its command line", () => processesEndingWith("60").some(({ pid }) => pid === child.pid));
    expect(residentBytes(process.pid)).toBeGreaterThan(10_000_000);
    expect(await endProcess(ref, 5000)).toBe(false);
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    expect([refOf(child.pid), residentBytes(child.pid)]).toEqual([undefined, undefined]);
    expect(processesEndingWith("60")).not.toContainEqual(ref);
    // Its number may belong to somebody else by now.
    signal(ref, "SIGKILL");
  });

  test("that does not end in order is ended by force", async () => {
    const child = start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await child.stdout.getReader().read();
    const ref = reference(child.pid);
    expect(await hasEnded(ref, 60)).toBe(false);
    expect(await endProcess(ref, 200)).toBe(true);
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });
});

describe("a lock", () => {
  const path = (name: string): string => join(folder, name);

  test("is held by one and free again when it is released", async () => {
    const lock = await takeLock(path("a"));
    if ("holder" in lock) throw new Error("it is held");
    expect(await lockHolder(path("a"))).toEqual(reference(process.pid));
    expect(await takeLock(path("a"))).toEqual({ holder: reference(process.pid) });
    await lock.release();
    expect(await lockHolder(path("a"))).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  test("of a process that is gone, or of a number that was given anew, is taken over", async () => {
    for (const holder of [
      { pid: process.pid, birth: "long ago" },
      { pid: 2 ** 22 + 1, birth: "x" },
      "damaged",
      { pid: "1" },
    ]) {
      await writeFile(path("b"), typeof holder === "string" ? holder : JSON.stringify(holder));
      expect(await lockHolder(path("b"))).toBeUndefined();
      const lock = await takeLock(path("b"));
      expect("release" in lock).toBe(true);
      expect(JSON.parse(await readFile(path("b"), "utf8"))).toEqual(reference(process.pid));
      if ("release" in lock) await lock.release();
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("that finds no place leaves nothing behind", async () => {
    const script = `
      import { takeLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
      await takeLock(process.argv[1]).catch((error) => console.log(error.code));`;
    // No file of this process may hold a byte.
    const shell = ["bash", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$0" -e "$1" "$2"'];
    const child = Bun.spawn([...shell, process.execPath, script, path("full")], { stdout: "pipe", stderr: "ignore" });
    expect(await new Response(child.stdout).text()).toBe("EFBIG\n");
    expect(await readdir(folder)).toEqual([]);
  });

  test("of somebody else is not released", async () => {
    const lock = await takeLock(path("c"));
    await writeFile(path("c"), JSON.stringify({ pid: 1, birth: "other" }));
    if ("release" in lock) await lock.release();
    expect(await readFile(path("c"), "utf8")).toContain("other");
  });

  test("goes to one of many that find a stale one", async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(path("d"), JSON.stringify({ pid: process.pid, birth: "long ago" }));
      const all = await Promise.all(Array.from({ length: 8 }, () => takeLock(path("d"))));
      expect(all.filter((lock) => "release" in lock)).toHaveLength(1);
      for (const lock of all) if ("release" in lock) await lock.release();
    }
  });

  test("is taken although somebody was killed while taking it over", async () => {
    const dead = JSON.stringify({ pid: process.pid, birth: "long ago" });
    await writeFile(path("e"), dead);
    await writeFile(`${path("e")}.takeover`, dead);
    expect("release" in (await takeLock(path("e")))).toBe(true);
    expect(await readdir(folder)).toEqual(["c", "e"]);
  });
});
