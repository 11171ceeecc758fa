import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { testDatabase } from "@pos/testing/database";
import { eventually } from "@pos/testing/eventually";
import { silentLogger } from "@pos/testing/logger";
import { createVerifierOf } from "../test/tokens.ts";
import { ADMIN, outcome, type Replica, SLOW_MS, startReplica, testClock } from "../test/user-service.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyRepository } from "./repository.ts";

setDefaultTimeout(SLOW_MS);

const MINUTE = 60_000;
const clock = testClock();
let replica: Replica;
let other: Replica;
beforeAll(async () => {
  replica = await startReplica({ clock });
  other = await startReplica({ clock, database: replica.database });
});
afterAll(async () => {
  await other.stop();
  await replica.stop();
});

const keyIdOf = (token: string) =>
  (JSON.parse(Buffer.from(String(token.split(".")[0]), "base64url").toString()) as { kid: string }).kid;
const ringOver = (repository: KeyRepository) =>
  KeyRing.open({ repository, encryptionSecret: "x".repeat(32), issuer: "issuer", clock, logger: silentLogger });
/** Lets both replicas look for new keys, until both know the same. */
async function settle() {
  clock.advance(5001);
  const stored = replica.database.database.db.collection("signing_keys");
  await eventually(async () => {
    const known = [replica, other].map(async (each) => (await each.as().auth.keys()).keys.map(({ kid }) => kid));
    const [own, others] = await Promise.all(known);
    const now = new Date(clock.now());
    const wanted = await stored.find({ $nor: [{ verifiesUntil: { $lte: now } }] }, { sort: { sequence: 1 } }).toArray();
    return [own, others].every((kids) => String(kids) === String(wanted.map(({ _id }) => _id)));
  });
}

describe("the key set", () => {
  test("holds public keys only", async () => {
    const answer = await replica.send("GET", "/.well-known/jwks.json");
    const { keys } = JSON.parse(answer.text) as { keys: Record<string, unknown>[] };
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    expect(keys.length).toBe(1);
  });
  test("is the same on all replicas, and a token of one opens the other", async () => {
    const { id, token } = await replica.customer();
    expect((await other.as(token).users.get(id)).id).toBe(id);
    expect((await other.as().auth.keys()).keys).toEqual((await replica.as().auth.keys()).keys);
  });
  test("is stored encrypted", async () => {
    const [stored] = await replica.database.database.db.collection("signing_keys").find().toArray();
    expect(JSON.stringify(stored)).not.toContain('"d"');
    const sealed = stored?.["sealed"] as { value(): Uint8Array };
    expect(Buffer.from(sealed.value()).toString("latin1")).not.toContain('"kty"');
  });
  test("does not open with another KEY_ENCRYPTION_KEY: the service does not start", async () => {
    const start = startReplica({ database: replica.database, env: { KEY_ENCRYPTION_KEY: "x".repeat(32) } });
    expect(String(await start.catch((error: unknown) => error))).toContain("KEY_ENCRYPTION_KEY is not the one");
  });
  test("begins with one key when replicas start together", async () => {
    const database = await testDatabase("race");
    const replicas = await Promise.all(Array.from({ length: 5 }, () => startReplica({ database })));
    const tokens = await Promise.all(replicas.map((each) => each.as().auth.login(ADMIN)));
    expect(new Set(tokens.map(({ token }) => keyIdOf(token))).size).toBe(1);
    expect(await database.database.db.collection("signing_keys").countDocuments()).toBe(1);
    for (const each of replicas) await each.stop();
    await database.drop();
  });
});

test("made-up key ids make a replica look for its keys once a second at most", async () => {
  let looks = 0;
  class Counted extends KeyRepository {
    override verifyingAt(now: Date) {
      looks++;
      return super.verifyingAt(now);
    }
  }
  const own = await testDatabase("looks");
  const ring = await ringOver(new Counted(own.database.db));
  looks = 0;
  for (let second = 0; second < 3; second++) {
    for (let index = 0; index < 50; index++) expect(await ring.find(`made-up-${index}`)).toBeUndefined();
    clock.advance(1001);
  }
  expect(looks).toBe(3);
  await own.drop();
});

test("a rotation with revoke ends the old key here at once, though a read of the keys from before is under way", async () => {
  const read = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  let isSlow = false;
  class Slow extends KeyRepository {
    override async verifyingAt(now: Date) {
      const keys = await super.verifyingAt(now);
      if (!isSlow) return keys;
      isSlow = false;
      read.resolve();
      await goesOn.promise;
      return keys;
    }
    override async removeEnded(now: Date) {
      await super.removeEnded(now);
      goesOn.resolve();
    }
  }
  const own = await testDatabase("slow");
  const ring = await ringOver(new Slow(own.database.db));
  const [old] = ring.list();
  isSlow = true;
  const asked = ring.publicKeys();
  await read.promise;
  await ring.rotate({ revoke: true });
  expect(ring.list().map(({ id, signs }) => [id === old?.id, signs])).toEqual([[false, true]]);
  await asked;
  await own.drop();
});

test("a replica whose clock is behind that of the key's maker signs in all the same, and rotates", async () => {
  const database = await testDatabase("behind");
  const ahead = await startReplica({ clock, database });
  const clockBehind = testClock(clock.now() - 5 * MINUTE);
  const behind = await startReplica({ clock: clockBehind, database });
  const { token, refreshToken = "" } = await behind.as().auth.login(ADMIN);
  expect(await outcome(ahead.as(token).auth.signingKeys())).toBe("ok");
  const { keys } = await behind.as(token).auth.signingKeys();
  expect(keys.map(({ id, signs }) => [id, signs])).toEqual([[keyIdOf(token), true]]);
  expect(await outcome(behind.as().auth.refresh(refreshToken))).toBe("ok");
  const rotated = await behind.as(token).auth.rotateKeys();
  expect(rotated.keys.map(({ signs }) => signs)).toEqual([true, false]);
  expect(await outcome(behind.as(token).auth.rotateKeys())).toBe("CONFLICT");
  clockBehind.advance(2 * MINUTE);
  expect(keyIdOf((await behind.as().auth.login(ADMIN)).token)).toBe(String(rotated.keys[1]?.id));
  for (const each of [ahead, behind]) await each.stop();
  await database.drop();
});

describe("a rotation", () => {
  test("publishes before it signs, and keeps the old key until its last token has expired", async () => {
    const before = await replica.customer();
    const admin = await replica.admin();
    const { keys } = await admin.auth.rotateKeys();
    expect(keys.map(({ signs }) => signs)).toEqual([true, false]);
    const [oldKey, newKey] = keys.map(({ id }) => id);
    await settle();
    expect((await other.as().auth.keys()).keys.map(({ kid }) => kid)).toEqual([String(oldKey), String(newKey)]);
    expect(keyIdOf((await replica.customer()).token)).toBe(String(oldKey));
    expect(await outcome((await replica.admin()).auth.rotateKeys())).toBe("CONFLICT");
    await expect(admin.auth.rotateKeys()).rejects.toThrow(`its key signs from ${keys[1]?.signsFrom}.`);
    clock.advance(2 * MINUTE);
    await settle();
    for (const each of [replica, other]) expect(keyIdOf((await each.customer()).token)).toBe(String(newKey));
    expect((await other.as(before.token).users.get(before.id)).id).toBe(before.id);
    clock.advance(17 * MINUTE);
    await settle();
    expect((await replica.as().auth.keys()).keys.map(({ kid }) => kid)).toEqual([String(newKey)]);
  });
  test("is for administrators", async () => {
    expect(await outcome((await replica.customer()).client.auth.rotateKeys())).toBe("FORBIDDEN");
    expect(await outcome((await replica.machine()).auth.signingKeys())).toBe("FORBIDDEN");
    expect(await outcome(replica.as().auth.rotateKeys())).toBe("UNAUTHORIZED");
  });
  test("happens once when it is asked for many times at once", async () => {
    clock.advance(60 * MINUTE);
    const [one, two] = [await replica.admin(), await other.admin()];
    const outcomes = await Promise.all([one, two, one, two].map((admin) => outcome(admin.auth.rotateKeys())));
    expect(outcomes.filter((each) => each === "ok").length).toBe(1);
    clock.advance(30 * MINUTE);
  });
  test("leaves the end of a key that was to end already as it is", async () => {
    const admin = await replica.admin();
    const [oldest] = (await admin.auth.rotateKeys()).keys;
    clock.advance(3 * MINUTE);
    await settle();
    const later = await (await replica.admin()).auth.rotateKeys();
    expect(later.keys.find(({ id }) => id === oldest?.id)?.verifiesUntil).toBe(String(oldest?.verifiesUntil));
    clock.advance(30 * MINUTE);
  });
  test("with revoke refuses tokens of the old keys at once, on every replica within seconds", async () => {
    const before = await replica.customer();
    const admin = await replica.admin();
    const { keys } = await admin.auth.rotateKeys({ revoke: true });
    expect(keys.map(({ signs }) => signs)).toEqual([true]);
    expect(await outcome(before.client.users.get(before.id))).toBe("UNAUTHORIZED");
    const after = await replica.customer();
    expect(keyIdOf(after.token)).toBe(String(keys[0]?.id));
    await settle();
    expect(await outcome(other.as(before.token).users.get(before.id))).toBe("UNAUTHORIZED");
    expect((await other.as(after.token).users.get(after.id)).id).toBe(after.id);
    expect(await outcome(replica.as().auth.refresh(before.refreshToken))).toBe("ok");
    expect(await createVerifierOf(other, clock)(after.token)).toMatchObject({ sub: after.id });
    expect(await replica.database.database.db.collection("signing_keys").countDocuments()).toBe(1);
  });
  test("with revoke: who asks another replica for the new key has it at once", async () => {
    await settle();
    const before = await replica.customer();
    // As the other services verify, behind a balancer: a key that was not there is looked for again only 30 s later.
    const cache = createKeyCache(() => other.as().auth.keys(), clock);
    const elsewhere = createTokenVerifier({ keys: cache, issuer: "product-order-system", clock });
    await elsewhere.verify(before.token);
    clock.advance(1500);
    await (await replica.admin()).auth.rotateKeys({ revoke: true });
    const after = await replica.customer();
    expect(await outcome(elsewhere.verify(after.token))).toBe("ok");
    expect(await outcome(elsewhere.verify(before.token))).toBe("UNAUTHORIZED");
  });
  test("with revoke: a new token opens another replica that looked at the keys a moment ago", async () => {
    await other.as().auth.keys();
    await (await replica.admin()).auth.rotateKeys({ revoke: true });
    const { id, token } = await replica.customer();
    const asked = await Promise.all(Array.from({ length: 3 }, () => outcome(other.as(token).users.get(id))));
    expect(asked).toEqual(["ok", "ok", "ok"]);
  });
  test("with revoke: no replica signs with an old key for longer than a second", async () => {
    const { keys } = await (await replica.admin()).auth.rotateKeys({ revoke: true });
    clock.advance(1001);
    await eventually(
      () => other.as().auth.login(ADMIN),
      ({ token }) => keyIdOf(token) === String(keys[0]?.id),
    );
  });
  test("with revoke on a replica whose clock is ahead: the others go on signing", async () => {
    const { database } = replica;
    const ahead = await startReplica({ clock: testClock(clock.now() + 2000), database });
    await (await ahead.admin()).auth.rotateKeys({ revoke: true });
    await replica.as().auth.keys();
    const ada = await replica.customer();
    expect((await ada.client.users.get(ada.id)).id).toBe(ada.id);
    await ahead.stop();
    await settle();
  });
  test("under load makes no token invalid", async () => {
    let isRunning = true;
    const outcomes: string[] = [];
    const ada = await replica.customer();
    // As the other services verify: with a cache of the keys, refreshed by the same clock.
    const cache = createKeyCache(() => replica.as().auth.keys(), clock);
    const elsewhere = createTokenVerifier({ keys: cache, issuer: "product-order-system", clock });
    await elsewhere.verify(ada.token);
    const load = [replica, other].map(async (each) => {
      while (isRunning) {
        const { token } = await each.as().auth.login(ada.credentials);
        for (const reader of [replica, other]) outcomes.push(await outcome(reader.as(token).users.get(ada.id)));
        outcomes.push(await outcome(elsewhere.verify(token)));
        outcomes.push(await outcome(ada.client.users.get(ada.id)));
      }
    });
    await (await replica.admin()).auth.rotateKeys();
    for (let step = 0; step < 30; step++) {
      clock.advance(5001);
      const enough = outcomes.length + 4;
      while (outcomes.length < enough) await Bun.sleep(2);
    }
    isRunning = false;
    await Promise.all(load);
    expect(outcomes.length).toBeGreaterThan(100);
    expect([...new Set(outcomes)]).toEqual(["ok"]);
    expect(keyIdOf((await other.customer()).token)).not.toBe(keyIdOf(ada.token));
  });
});
