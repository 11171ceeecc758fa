import { describe, expect, setSystemTime, test } from "bun:test";
import type { KeySet } from "@pos/contracts/auth";
import { exportJWK, generateKeyPair } from "jose";
import type { Clock } from "../lifecycle/clock.ts";
import { createKeyCache } from "./key-cache.ts";

async function publicKey(kid: string): Promise<KeySet["keys"][number]> {
  const { publicKey: key } = await generateKeyPair("ES256", { extractable: true });
  const { x = "", y = "" } = await exportJWK(key);
  return { kty: "EC", crv: "P-256", x, y, kid, alg: "ES256", use: "sig" };
}

/** A cache over an issuer whose keys, reachability and clock the test sets. */
async function issuer(kids: string[]) {
  const state = { keys: await Promise.all(kids.map(publicKey)), isAway: false, fetches: 0, now: 1_000_000 };
  const clock: Clock = { now: () => state.now, sleep: () => Promise.resolve() };
  const cache = createKeyCache(async () => {
    state.fetches++;
    if (state.isAway) throw new Error("away");
    return { keys: state.keys };
  }, clock);
  return { state, cache };
}

describe("key cache", () => {
  test("10,000 unknown key ids cause at most one fetch in 30 s", async () => {
    const { state, cache } = await issuer(["a"]);
    expect(await cache.find("a")).toBeDefined();
    state.now += 5000;
    const before = state.fetches;
    for (let index = 0; index < 10_000; index++) {
      state.now += 2;
      expect(await cache.find(`unknown-${index}`)).toBeUndefined();
    }
    expect(state.fetches - before).toBeLessThanOrEqual(1);
  });

  test("without any set a lookup is unavailable, not unknown, and the set is there soon after the issuer", async () => {
    const { state, cache } = await issuer(["a"]);
    state.isAway = true;
    for (let index = 0; index < 100; index++) {
      state.now += 20;
      expect(await cache.find("a").catch((error: unknown) => error)).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    }
    expect(state.fetches).toBeLessThanOrEqual(5);
    state.isAway = false;
    state.now += 600;
    expect(await cache.find("a")).toBeDefined();
  });

  test("concurrent first lookups share one fetch", async () => {
    const { state, cache } = await issuer(["a"]);
    const found = await Promise.all(Array.from({ length: 50 }, () => cache.find("a")));
    expect(found.every((key) => key !== undefined)).toBe(true);
    expect(state.fetches).toBe(1);
  });

  test("a new key is found at once by its id", async () => {
    const { state, cache } = await issuer(["a"]);
    await cache.find("a");
    state.keys.push(await publicKey("b"));
    state.now += 2000;
    expect(await cache.find("b")).toBeDefined();
  });

  test("a revoked key is gone within 60 s, also when nobody asked for an hour", async () => {
    const { state, cache } = await issuer(["a", "b"]);
    await cache.find("a");
    state.keys = state.keys.filter(({ kid }) => kid !== "a");
    state.now += 60_000;
    expect(await cache.find("a")).toBeUndefined();
    expect(await cache.find("b")).toBeDefined();
    state.keys = [];
    state.now += 3_600_000;
    expect(await cache.find("b")).toBeUndefined();
  });

  test("a wall clock that is set back hides no new key", async () => {
    const keys = [await publicKey("a")];
    const cache = createKeyCache(async () => ({ keys }));
    await cache.find("a");
    keys.push(await publicKey("b"));
    setSystemTime(Date.now() - 3_600_000);
    await Bun.sleep(1100);
    const found = await cache.find("b");
    setSystemTime();
    expect(found).toBeDefined();
  });

  test("keys go on while the issuer is away, and the issuer is asked seldom", async () => {
    const { state, cache } = await issuer(["a"]);
    await cache.find("a");
    state.isAway = true;
    const before = state.fetches;
    for (let second = 0; second < 900; second++) {
      state.now += 1000;
      expect(await cache.find("a")).toBeDefined();
    }
    expect(state.fetches - before).toBeLessThan(200);
    state.isAway = false;
    state.keys = [];
    state.now += 60_000;
    await cache.find("a");
    expect(await cache.find("a")).toBeUndefined();
  });
});
