import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createVerifierOf } from "../test/tokens.ts";
import { outcome, type Replica, SLOW_MS, startReplica, testClock } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

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

/** A client address that no other test uses. */
let counter = 0;
const freshAddress = () => `10.${(++counter >> 8) & 255}.${counter & 255}.1`;
const login = (of: Replica, email: string, password: string, address: string) =>
  of.send("POST", "/auth/login", { body: { email, password }, headers: { "x-forwarded-for": address } });
const register = async () => (await replica.customer()).credentials;

describe("sign-in", () => {
  test("answers a token that names the user, the role and the session", async () => {
    const { id, token } = await replica.customer();
    const claims = await createVerifierOf(replica, clock)(token);
    expect(claims).toMatchObject({
      sub: id,
      role: "customer",
      iss: "product-order-system",
      aud: "product-order-system",
    });
    expect(claims["sid"]).toMatch(/^[0-9a-f]{24}$/);
    expect(Number(claims.exp) - Math.floor(clock.now() / 1000)).toBe(900);
  });
  test("takes the address in any case", async () => {
    const { email, password } = await register();
    expect((await login(replica, email.toUpperCase(), password, freshAddress())).status).toBe(200);
  });
  test("answers the same for an unknown account and a wrong password", async () => {
    const { email } = await register();
    const [wrong, unknown] = [
      await login(replica, email, "wrong password", freshAddress()),
      await login(replica, `no.${email}`, "wrong password", freshAddress()),
    ];
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(unknown.text).toBe(wrong.text);
    expect(wrong.code).toBe("INVALID_CREDENTIALS");
    expect(wrong.headers.get("www-authenticate")).toStartWith("Bearer");
  });
  test("tells passwords of over 72 bytes apart", async () => {
    const password = "x".repeat(100);
    const { email } = await replica.as().users.create({ email: "long@example.com", password, name: "L" });
    expect((await login(replica, email, `${password.slice(0, 99)}y`, freshAddress())).status).toBe(401);
    expect((await login(replica, email, password, freshAddress())).status).toBe(200);
  });
});

describe("the throttle", () => {
  test.each([
    ["a known account", true],
    ["an unknown account", false],
  ])("lets 5 failed attempts through for %s, then waits 15 minutes", async (_what, isKnown) => {
    const { email, password } = await register();
    const name = isKnown ? email : `no.${email}`;
    const address = freshAddress();
    for (let tries = 0; tries < 5; tries++) expect((await login(replica, name, "wrong", address)).status).toBe(401);
    const refused = await login(other, name, password, address);
    expect([refused.status, refused.code]).toEqual([429, "TOO_MANY_REQUESTS"]);
    expect(Number(refused.headers.get("retry-after"))).toBe(900);
    expect((await login(replica, email, password, freshAddress())).status).toBe(200);
    clock.advance(15 * 60_000 - 1);
    expect((await login(replica, name, "wrong", address)).status).toBe(429);
    clock.advance(1);
    expect((await login(replica, name, "wrong", address)).status).toBe(401);
  });
  test("waits no longer than 30 minutes for a clock that was set back", async () => {
    const { email, password } = await register();
    const [address, backMs] = [freshAddress(), 15 * 60_000];
    for (let tries = 0; tries < 6; tries++) await login(replica, email, "wrong", address);
    clock.advance(-backMs);
    const refused = await login(other, email, password, address);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1800"]);
    clock.advance(-1);
    for (const each of [replica, other]) expect((await login(each, email, "wrong", address)).status).toBe(401);
    expect((await login(replica, email, password, address)).status).toBe(200);
    clock.advance(backMs + 1);
  });
  test("lets no more than 5 through when 60 come at once over two replicas", async () => {
    const { email } = await register();
    const address = freshAddress();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => login(index % 2 === 0 ? replica : other, email, "wrong", address)),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(5);
    expect(statuses.filter((status) => status === 429).length).toBe(55);
  });
  test("does not count successful attempts", async () => {
    const { email, password } = await register();
    const address = freshAddress();
    for (let tries = 0; tries < 8; tries++) {
      for (const _ of [1, 2, 3, 4]) expect((await login(replica, email, "wrong", address)).status).toBe(401);
      expect((await login(replica, email, password, address)).status).toBe(200);
      // 32 failures in all stay below the account's 50.
      if (tries === 7) break;
    }
    const together = await Promise.all(Array.from({ length: 30 }, () => login(replica, email, password, address)));
    expect(together.map(({ status }) => status)).toEqual(together.map(() => 200));
  });
  test("lets 50 failed attempts through for an account from everywhere", async () => {
    const { email, password } = await register();
    for (let tries = 0; tries < 50; tries++)
      expect((await login(replica, email, "wrong", `10.200.${tries}.1`)).status).toBe(401);
    expect((await login(replica, email, password, "10.201.0.1")).status).toBe(429);
  });
  test("lets 100 failed attempts through for an address, and one address cannot lock an account for others", async () => {
    const { email, password } = await register();
    const address = freshAddress();
    for (let tries = 0; tries < 70; tries++) await login(replica, email, "wrong", address);
    for (let tries = 0; tries < 95; tries++)
      expect((await login(replica, `${tries}.${email}`, "wrong", address)).status).toBe(401);
    expect((await login(replica, `x.${email}`, "wrong", address)).status).toBe(429);
    expect((await login(replica, email, password, freshAddress())).status).toBe(200);
  });
  test("neither checks nor counts the password of a client that has left", async () => {
    const { email, password } = await register();
    const address = freshAddress();
    for (let tries = 0; tries < 6; tries++) {
      const left = new Request(`${replica.url}/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": address },
        body: JSON.stringify({ email, password: "wrong" }),
        signal: AbortSignal.abort(),
      });
      expect((await replica.handle(left)).status).toBe(503);
    }
    expect((await login(replica, email, password, address)).status).toBe(200);
  });
  test("counts by the address that the proxy saw, not by the one that the caller claims", async () => {
    const { email } = await register();
    const address = freshAddress();
    for (let tries = 0; tries < 5; tries++) await login(replica, email, "wrong", `${freshAddress()}, ${address}`);
    expect((await login(replica, email, "wrong", `${freshAddress()}, ${address}`)).status).toBe(429);
  });
  test("keeps neither addresses nor accounts in clear", async () => {
    const { email } = await register();
    await login(replica, email, "wrong", "10.77.77.77");
    const counters = await replica.database.database.db.collection("throttle").find().toArray();
    expect(counters.length).toBeGreaterThan(0);
    expect(JSON.stringify(counters)).not.toContain("10.77.77");
    expect(JSON.stringify(counters)).not.toContain(email);
  });
});

describe("a change of the password", () => {
  test("takes the current one and ends the other sessions", async () => {
    const ada = await replica.customer();
    const elsewhere = await replica.as().auth.login(ada.credentials);
    const change = { currentPassword: ada.credentials.password, newPassword: "a new password" };
    expect(await outcome(ada.client.users.changePassword(ada.id, { ...change, currentPassword: "wrong" }))).toBe(
      "INVALID_CREDENTIALS",
    );
    await ada.client.users.changePassword(ada.id, change);
    expect(await outcome(replica.as().auth.refresh(String(elsewhere.refreshToken)))).toBe("UNAUTHORIZED");
    expect(await outcome(replica.as().auth.refresh(ada.refreshToken))).toBe("ok");
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("INVALID_CREDENTIALS");
    expect(await outcome(replica.as().auth.login({ ...ada.credentials, password: "a new password" }))).toBe("ok");
  });
  test("is one of two that come at once with the same current password", async () => {
    const { id, client, credentials } = await replica.customer();
    const changes = ["one new password", "another new password"].map((newPassword) =>
      outcome(client.users.changePassword(id, { currentPassword: credentials.password, newPassword })),
    );
    expect((await Promise.all(changes)).toSorted()).toEqual(["INVALID_CREDENTIALS", "ok"]);
  });
  test("leaves the own session alone, which may be refreshed at any moment of it", async () => {
    for (let round = 0; round < 30; round++) {
      const { id, client, credentials, refreshToken } = await replica.customer();
      const change = { currentPassword: credentials.password, newPassword: "a new password" };
      const refreshed = Bun.sleep(round % 15).then(() => replica.as().auth.refresh(refreshToken));
      expect(await outcome(Promise.all([client.users.changePassword(id, change), refreshed]))).toBe("ok");
    }
  });
  test("is for the user alone, and its attempts are limited like those of sign-in", async () => {
    const [ada, admin] = [await replica.customer(), await replica.admin()];
    const change = { currentPassword: "wrong", newPassword: "a new password" };
    expect(await outcome(admin.users.changePassword(ada.id, change))).toBe("FORBIDDEN");
    for (let tries = 0; tries < 5; tries++)
      expect(await outcome(ada.client.users.changePassword(ada.id, change))).toBe("INVALID_CREDENTIALS");
    expect(await outcome(ada.client.users.changePassword(ada.id, change))).toBe("TOO_MANY_REQUESTS");
  });
  test("is not guessed by who renames the account with its token, neither at the change nor at sign-in", async () => {
    const { id, credentials, client, token } = await replica.customer();
    const rename = async (tries: number) => {
      const email = `${tries}.${credentials.email}`;
      await client.users.update(id, { email });
      return email;
    };
    const wrong = { currentPassword: "wrong", newPassword: "a new password" };
    const outcomes: string[] = [];
    for (let tries = 0; tries < 6; tries++) {
      await rename(tries);
      outcomes.push(await outcome(client.users.changePassword(id, wrong)));
    }
    expect(outcomes).toEqual([...Array<string>(5).fill("INVALID_CREDENTIALS"), "TOO_MANY_REQUESTS"]);

    const address = freshAddress();
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries++)
      statuses.push((await login(replica, await rename(tries), "wrong", address)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const right = { currentPassword: credentials.password, newPassword: "a new password" };
    const change = { token, body: right, headers: { "x-forwarded-for": address } };
    expect((await replica.send("PUT", `/users/${id}/password`, change)).status).toBe(429);
  });
  test("may follow any number of sign-ins that were right, under an address that is not verified too", async () => {
    const { id, credentials, client } = await replica.customer();
    const email = `new.${credentials.email}`;
    await client.users.update(id, { email });
    const address = freshAddress();
    for (let tries = 0; tries < 8; tries++)
      expect((await login(replica, email, credentials.password, address)).status).toBe(200);
  });
});
