import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { outcome, type Replica, startReplica, testClock } from "../test/user-service.ts";

const clock = testClock();
let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ clock });
});
afterAll(() => replica.stop());

const refresh = (token: string) => replica.as().auth.refresh(token);
const next = async (token: string) => String((await refresh(token)).refreshToken);

describe("a refresh token", () => {
  test("gives a pair that works, and is spent", async () => {
    const ada = await replica.customer();
    const pair = await refresh(ada.refreshToken);
    expect(pair.refreshToken).not.toBe(ada.refreshToken);
    expect((await replica.as(pair.token).users.get(ada.id)).id).toBe(ada.id);
    clock.advance(10_001);
    expect(await outcome(refresh(ada.refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(refresh(String(pair.refreshToken)))).toBe("UNAUTHORIZED");
  });
  test("used again within 10 s gives another successor, and both go on", async () => {
    const { refreshToken } = await replica.customer();
    const lost = await next(refreshToken);
    clock.advance(9999);
    const second = await next(refreshToken);
    expect(await outcome(refresh(lost))).toBe("ok");
    expect(await outcome(refresh(second))).toBe("ok");
  });
  test("used again within 10 s after its successor was used ends the session", async () => {
    const { refreshToken } = await replica.customer();
    const successor = await next(refreshToken);
    clock.advance(1);
    const last = await next(successor);
    expect(await outcome(refresh(refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(refresh(last))).toBe("UNAUTHORIZED");
  });
  test("used again when the clock was set back ends the session", async () => {
    const { refreshToken } = await replica.customer();
    const successor = await next(refreshToken);
    clock.advance(-10_001);
    expect(await outcome(refresh(refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(refresh(successor))).toBe("UNAUTHORIZED");
    clock.advance(10_001);
  });
  test("whose refresh was broken off, so that nobody has a successor, goes on at any time, once", async () => {
    const { refreshToken, credentials } = await replica.customer();
    await replica.as().auth.login(credentials);
    const { db } = replica.database.database;
    const _id = createHash("sha256").update(refreshToken).digest("hex");
    await db
      .collection<{ _id: string }>("refresh_tokens")
      .updateOne({ _id }, { $set: { rotatedAt: new Date(clock.now()) } });
    clock.advance(60_000);
    const successor = await next(refreshToken);
    clock.advance(10_001);
    expect(await outcome(refresh(refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(refresh(successor))).toBe("UNAUTHORIZED");
  });
  test("that comes many times at once is no theft", async () => {
    const { refreshToken } = await replica.customer();
    const pairs = await Promise.all(Array.from({ length: 10 }, () => next(refreshToken)));
    expect(new Set(pairs).size).toBe(10);
    expect(await outcome(refresh(String(pairs[3])))).toBe("ok");
  });
  test("ends one session only", async () => {
    const ada = await replica.customer();
    const elsewhere = await replica.as().auth.login(ada.credentials);
    await next(ada.refreshToken);
    clock.advance(60_000);
    expect(await outcome(refresh(ada.refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(refresh(String(elsewhere.refreshToken)))).toBe("ok");
  });
  test("lasts 30 days, and each successor 30 more", async () => {
    const { refreshToken } = await replica.customer();
    const days = 24 * 60 * 60_000;
    clock.advance(30 * days - 1);
    const successor = await next(refreshToken);
    clock.advance(30 * days - 1);
    const last = await next(successor);
    clock.advance(30 * days);
    expect(await outcome(refresh(last))).toBe("UNAUTHORIZED");
  });
  test.each([
    ["was suspended", { $set: { status: "suspended" } }],
    ["has ended its sessions", { $inc: { sessionEpoch: 1 } }],
  ])("of an account that %s is over, although the sessions were not removed", async (_what, change) => {
    const { credentials, refreshToken } = await replica.customer();
    await replica.database.database.db.collection("users").updateOne({ email: credentials.email }, change);
    expect(await outcome(refresh(refreshToken))).toBe("UNAUTHORIZED");
  });
  test("is stored as a hash", async () => {
    const { refreshToken } = await replica.customer();
    const { db } = replica.database.database;
    const stored = [
      ...(await db.collection("refresh_tokens").find().toArray()),
      ...(await db.collection("sessions").find().toArray()),
    ];
    expect(stored.length).toBeGreaterThan(1);
    expect(JSON.stringify(stored)).not.toContain(refreshToken);
  });
  test("carries the role that the user has now", async () => {
    const [ada, admin] = [await replica.customer(), await replica.admin()];
    await admin.users.changeRole(ada.id, "admin");
    const { token } = await refresh(ada.refreshToken);
    expect(await outcome(replica.as(token).users.list())).toBe("ok");
  });
  test.each(["x".repeat(43), "$gt", ""])("that is made up (%p) is refused", async (token) => {
    const answer = await replica.send("POST", "/auth/refresh", { body: { refreshToken: token } });
    expect(answer.status).toBe(token.length === 43 ? 401 : 400);
  });
});

describe("sign-out", () => {
  test("ends the session, with a spent token too, and is silent about unknown ones", async () => {
    const [ada, eve] = [await replica.customer(), await replica.customer()];
    const successor = await next(ada.refreshToken);
    await replica.as().auth.logout(ada.refreshToken);
    expect(await outcome(refresh(successor))).toBe("UNAUTHORIZED");
    const answer = await replica.send("POST", "/auth/logout", { body: { refreshToken: "y".repeat(43) } });
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(await outcome(refresh(eve.refreshToken))).toBe("ok");
  });
  test("takes its access token's power over the account's address", async () => {
    const { id, client, refreshToken } = await replica.customer();
    await replica.as().auth.logout(refreshToken);
    expect(await outcome(client.users.update(id, { email: `${crypto.randomUUID()}@example.com` }))).toBe(
      "UNAUTHORIZED",
    );
  });
});
