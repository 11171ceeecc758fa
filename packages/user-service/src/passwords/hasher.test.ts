import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { availableParallelism } from "node:os";
import { outcome, SLOW_MS, startReplica, testClock } from "../test/user-service.ts";
import { type Bcrypt, loadBcrypt } from "./bcrypt.ts";
import { createPasswordHasher, type PasswordHasher } from "./hasher.ts";

setDefaultTimeout(SLOW_MS);

/** How many works were under way at most at the same time. */
class Most {
  most = 0;
  #now = 0;

  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.most = Math.max(this.most, ++this.#now);
    try {
      return await work();
    } finally {
      this.#now--;
    }
  }
}

describe("the hasher", () => {
  test("hashes with bcrypt at cost 10 unless a test says otherwise", async () => {
    const hasher = createPasswordHasher();
    expect(await hasher.hash("correct horse")).toStartWith("$2b$10$");
  });
  test("never says yes without a hash", async () => {
    const hasher = createPasswordHasher({ cost: 4 });
    expect(await hasher.verify("anything", undefined)).toBe(false);
    expect(await hasher.verify("right", await hasher.hash("right"))).toBe(true);
  });
  test("lets a bounded number wait and refuses the rest", async () => {
    const hasher = createPasswordHasher({ cost: 4, clock: testClock() });
    const outcomes = await Promise.all(Array.from({ length: 400 }, () => outcome(hasher.hash("12345678"))));
    const refused = outcomes.filter((each) => each === "SERVICE_UNAVAILABLE").length;
    expect(outcomes.filter((each) => each === "ok").length).toBe(400 - refused);
    expect(refused).toBeGreaterThanOrEqual(296);
    expect(refused).toBeLessThanOrEqual(299);
  });
  test("checks passwords however many new ones wait", async () => {
    const hasher = createPasswordHasher({ cost: 4 });
    const hash = await hasher.hash("right");
    const burst = Promise.all(Array.from({ length: 400 }, () => outcome(hasher.hash("12345678"))));
    expect(await outcome(hasher.verify("right", hash))).toBe("ok");
    expect(new Set(await burst)).toEqual(new Set(["ok", "SERVICE_UNAVAILABLE"]));
  });
  test("takes no more cores than there are, and looks for the hash of one check more meanwhile", async () => {
    const bcrypt = loadBcrypt();
    const [hashing, looking] = [new Most(), new Most()];
    const verify: Bcrypt["verify"] = (...args) => hashing.during(() => bcrypt.verify(...args));
    const hasher = createPasswordHasher({ cost: 4, bcrypt: { ...bcrypt, verify } });
    const hash = await hasher.hash("right");
    const checks = Array.from({ length: 20 }, () =>
      hasher.verify("right", () => looking.during(() => Bun.sleep(1).then(() => hash))),
    );
    expect(new Set(await Promise.all(checks))).toEqual(new Set([true]));
    const cores = Math.min(availableParallelism(), 4);
    expect([hashing.most, looking.most]).toEqual([cores, Math.min(cores + 1, 4)]);
  });
  test("gives its turn back when a check ends early", async () => {
    const hasher = createPasswordHasher({ cost: 4 });
    const early = () => Promise.reject(Object.assign(new Error("early"), { code: "EARLY" }));
    for (let tries = 0; tries < 20; tries++) expect(await outcome(hasher.verify("x", early))).toBe("EARLY");
    expect(await outcome(hasher.hash("12345678"))).toBe("ok");
  });
  test.each([
    ["a check", (hasher: PasswordHasher, begin: () => void) => hasher.verify("x", async () => (begin(), undefined))],
    ["a new password", (hasher: PasswordHasher) => hasher.hash("x")],
  ])("lets %s wait for 8 s, and does nothing for it afterwards", async (_what, ask) => {
    const bcrypt = loadBcrypt();
    const [clock, open] = [testClock(), Promise.withResolvers<void>()];
    const seen = { begun: 0, hashed: 0 };
    const behindGate =
      <Rest extends unknown[], Result>(work: (...rest: Rest) => Promise<Result>) =>
      async (...rest: Rest) => {
        seen.hashed++;
        await open.promise;
        return work(...rest);
      };
    const hasher = createPasswordHasher({
      cost: 4,
      clock,
      bcrypt: { hash: behindGate(bcrypt.hash), verify: behindGate(bcrypt.verify) },
    });
    const outcomes: string[] = [];
    const asked = Array.from({ length: 20 }, () =>
      outcome(ask(hasher, () => seen.begun++)).then((each) => outcomes.push(each)),
    );
    clock.advance(7999);
    await Bun.sleep(0);
    expect(outcomes).toEqual([]);
    clock.advance(1 + 25);
    await Bun.sleep(0);
    const underWay = 20 - outcomes.length;
    expect(underWay).toBeLessThanOrEqual(4);
    expect(new Set(outcomes)).toEqual(new Set(["SERVICE_UNAVAILABLE"]));
    open.resolve();
    await Promise.all(asked);
    expect(outcomes.slice(20 - underWay)).toEqual(Array<string>(underWay).fill("ok"));
    expect(seen.begun === 0 || seen.begun === underWay).toBe(true);
    // The hash of nobody is one more.
    expect(seen.hashed).toBe(underWay + 1);
    expect(await outcome(Promise.all([1, 2, 3, 4, 5].map(() => ask(hasher, () => undefined))))).toBe("ok");
  });
});

test("a burst of sign-ins at full cost neither starves other requests nor takes memory without end", async () => {
  const replica = await startReplica({ passwordCost: 10 });
  const { credentials, id, client } = await replica.customer();
  Bun.gc(true);
  const rssBefore = process.memoryUsage.rss();
  let isRunning = true;
  const burst = Promise.all(
    Array.from({ length: 150 }, (_, index) =>
      replica.send("POST", "/auth/login", {
        body: { email: `${index}.${credentials.email}`, password: "wrong" },
        headers: { "x-forwarded-for": `10.1.1.${index}` },
      }),
    ),
  ).finally(() => {
    isRunning = false;
  });
  const timesMs: number[] = [];
  while (isRunning) {
    const startedAt = performance.now();
    await client.users.get(id);
    timesMs.push(performance.now() - startedAt);
    // Thousands of reads in this very process would be what its memory shows, not the burst.
    await Bun.sleep(5);
  }
  Bun.gc(true);
  const answers = await burst;
  const statuses = answers.map(({ status }) => status);
  const medianMs = timesMs.sort((a, b) => a - b)[Math.floor(timesMs.length / 2)] ?? Number.POSITIVE_INFINITY;
  const grownMb = (process.memoryUsage.rss() - rssBefore) / 2 ** 20;
  console.log(
    `burst of 150 sign-ins: ${statuses.filter((each) => each === 401).length} checked, ` +
      `${statuses.filter((each) => each === 503).length} refused; ${timesMs.length} reads beside it, ` +
      `median ${medianMs.toFixed(1)} ms, slowest ${timesMs.at(-1)?.toFixed(1)} ms; memory +${grownMb.toFixed(0)} MB`,
  );
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
  // How many are checked before their wait ends is up to the machine; no other one is left counted.
  const counted = { _id: /^pair:/, count: { $gt: 0 } };
  expect(statuses.filter((each) => each === 401).length).toBe(
    await replica.database.database.db.collection<{ _id: string }>("throttle").countDocuments(counted),
  );
  for (const { status, headers } of answers) expect(headers.has("retry-after")).toBe(status === 503);
  // Ten times what a read takes beside a burst on two busy cores.
  expect(medianMs).toBeLessThan(200);
  expect(grownMb).toBeLessThan(100);
  await replica.stop();
});
