import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { User } from "@pos/contracts/users";
import { ObjectId } from "mongodb";
import { outcome, type Replica, SLOW_MS, startReplica } from "../test/user-service.ts";

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

describe("registration", () => {
  test("answers the user without a password, and where it is", async () => {
    const body = { email: "Ada@Example.com", password: "correct horse", name: " " };
    const answer = await replica.send("POST", "/users", { body });
    expect(answer.status).toBe(201);
    const user = JSON.parse(answer.text) as User;
    expect(user as unknown).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      email: "Ada@Example.com",
      name: " ",
      role: "customer",
      status: "active",
      emailVerified: false,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(answer.headers.get("location")).toBe(`/users/${user.id}`);
  });
  test("refuses an address that differs in case only", async () => {
    const answer = await replica.send("POST", "/users", {
      body: { email: "aDA@example.COM", password: "correct horse", name: "Other" },
    });
    expect([answer.status, answer.code]).toEqual([400, "EMAIL_TAKEN"]);
  });
  test("takes an address of 320 characters, also one of as many domain labels as fit, and no longer one", async () => {
    const labels = `aa@a${".a".repeat(158)}`;
    const longest = `${"a".repeat(320 - "@example.com".length)}@example.com`;
    expect([labels.length, longest.length]).toEqual([320, 320]);
    for (const [email, status] of [
      [labels, 201],
      [longest, 201],
      [`a${labels}`, 400],
      [`a${longest}`, 400],
    ]) {
      const body = { email, password: "correct horse", name: "Long" };
      expect((await replica.send("POST", "/users", { body })).status).toBe(Number(status));
    }
  });
  test.each([
    ["a role", { role: "admin" }],
    ["a short password", { password: "1234567" }],
    ["a password that everybody tries first", { password: "Password1" }],
    ["NUL in the password", { password: "12345678\0x" }],
    ["an operator for a text", { email: { $gt: "" } }],
    ["a name that is too long", { name: "x".repeat(201) }],
  ])("refuses %s", async (_what, change) => {
    const body = { email: "eve@example.com", password: "correct horse", name: "Eve", ...change };
    const answer = await replica.send("POST", "/users", { body });
    expect([answer.status, answer.code]).toEqual([400, "VALIDATION_ERROR"]);
  });
});

describe("a user", () => {
  test("is read and changed by itself and by an administrator, and by nobody else", async () => {
    const [ada, eve, admin] = [await replica.customer(), await replica.customer(), await replica.admin()];
    expect((await ada.client.users.get(ada.id)).email).toBe(ada.credentials.email);
    expect((await admin.users.get(ada.id.toUpperCase())).id).toBe(ada.id);
    expect((await (await replica.machine()).users.get(ada.id)).id).toBe(ada.id);
    expect(await outcome(eve.client.users.get(ada.id))).toBe("FORBIDDEN");
    expect(await outcome(eve.client.users.update(ada.id, { name: "Eve" }))).toBe("FORBIDDEN");
    expect((await ada.client.users.update(ada.id, { name: "Ada L." })).name).toBe("Ada L.");
    expect(await outcome(ada.client.users.update(ada.id, { email: eve.credentials.email.toUpperCase() }))).toBe(
      "EMAIL_TAKEN",
    );
    const nobody = "0".repeat(24);
    expect(await outcome(admin.users.get(nobody))).toBe("NOT_FOUND");
    expect(await outcome(admin.users.update(nobody, { name: "Ada" }))).toBe("NOT_FOUND");
    expect(await outcome(admin.users.changeRole(nobody, "admin"))).toBe("NOT_FOUND");
    expect(await outcome(admin.users.changeStatus(nobody, "suspended"))).toBe("NOT_FOUND");
    expect(await outcome(admin.users.delete(nobody))).toBe("NOT_FOUND");
  });
  test("that is deleted is gone, and its address is free again", async () => {
    const ada = await replica.customer();
    await ada.client.users.delete(ada.id);
    const admin = await replica.admin();
    expect(await outcome(admin.users.get(ada.id))).toBe("NOT_FOUND");
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("INVALID_CREDENTIALS");
    expect(await outcome(replica.as().auth.refresh(ada.refreshToken))).toBe("UNAUTHORIZED");
    const kept = await replica.database.database.db.collection("users").findOne({ deletedAt: { $exists: true } });
    expect(Object.keys(kept ?? {}).sort()).toEqual(["_id", "createdAt", "deletedAt", "updatedAt"]);
    const again = await replica
      .as()
      .users.create({ email: ada.credentials.email, password: ada.credentials.password, name: "Ada" });
    expect(again.id).not.toBe(ada.id);
  });
});

describe("administrators", () => {
  test("list and search users, newest first, page by page", async () => {
    const admin = await replica.admin();
    const mark = crypto.randomUUID().slice(0, 8);
    const names = [`Zoë ${mark} 1`, `zoË ${mark} 2`, `x$z.*${mark}`];
    for (const name of names)
      await replica.as().users.create({ email: `${crypto.randomUUID()}@example.com`, password: "correct horse", name });
    const found = await Array.fromAsync(admin.users.all({ search: `ZOË ${mark}`, limit: 1 }));
    expect(found.map(({ name }) => name)).toEqual([names[1], names[0]].map(String));
    expect((await admin.users.list({ search: "$z.*" })).users.map(({ name }) => name)).toEqual([String(names[2])]);
    expect((await admin.users.list({ search: "$email" })).users).toEqual([]);
    expect((await admin.users.list({ limit: 1 })).nextCursor).toBeDefined();
    expect(await outcome((await replica.customer()).client.users.list())).toBe("FORBIDDEN");
  });
  test("keep one of them whatever is asked at the same time", async () => {
    const admin = await replica.admin();
    const [first] = (await admin.users.list({ search: "admin@example.com" })).users;
    const firstId = String(first?.id);
    expect(await outcome(admin.users.changeRole(firstId, "customer"))).toBe("LAST_ADMIN");
    expect(await outcome(admin.users.changeStatus(firstId, "suspended"))).toBe("LAST_ADMIN");
    expect(await outcome(admin.users.delete(firstId))).toBe("LAST_ADMIN");
    const second = await replica.customer();
    await admin.users.changeRole(second.id, "admin");
    const { token } = await replica.as().auth.login(second.credentials);
    // Each by itself: whoever was demoted first could not suspend the other.
    const outcomes = await Promise.all([
      outcome(admin.users.changeRole(firstId, "customer")),
      outcome(replica.as(token).users.changeStatus(second.id, "suspended")),
    ]);
    expect(outcomes.sort()).toEqual(["LAST_ADMIN", "ok"]);
    await replica.database.database.db
      .collection<{ email: string }>("users")
      .updateOne({ email: "admin@example.com" }, { $set: { role: "admin", status: "active" } });
  });
  test("of yesterday cannot use a token that is still valid to rise again", async () => {
    const [admin, former, victim] = [await replica.admin(), await replica.customer(), await replica.customer()];
    await admin.users.changeRole(former.id, "admin");
    const { users, auth } = replica.as((await replica.as().auth.login(former.credentials)).token);
    expect(await outcome(users.changeStatus(victim.id, "active"))).toBe("ok");
    await admin.users.changeStatus(former.id, "suspended");
    expect(await outcome(users.changeStatus(former.id, "active"))).toBe("FORBIDDEN");
    await admin.users.changeStatus(former.id, "active");
    await admin.users.changeRole(former.id, "customer");
    expect(await outcome(users.changeRole(former.id, "admin"))).toBe("FORBIDDEN");
    expect(await outcome(users.update(victim.id, { email: "thief@example.com" }))).toBe("FORBIDDEN");
    expect(await outcome(users.delete(victim.id))).toBe("FORBIDDEN");
    expect(await outcome(auth.rotateKeys({ revoke: true }))).toBe("FORBIDDEN");
    expect(await outcome(users.update(former.id, { name: "Former" }))).toBe("ok");
  });
  test(
    "are demoted and suspended for good, however often they ask to stay at the same moment",
    async () => {
      const admin = await replica.admin();
      const beside = async (change: () => Promise<unknown>, stay: () => Promise<unknown>) => {
        let isDone = false;
        const asking = [1, 2].map(async () => {
          while (!isDone && (await outcome(stay())) === "ok");
        });
        // Others are in its way: it may run out of its time.
        while ((await outcome(change())) !== "ok");
        isDone = true;
        await Promise.all(asking);
      };
      for (let round = 0; round < 4; round++) {
        const { id, credentials } = await replica.customer();
        await admin.users.changeRole(id, "admin");
        const { users } = replica.as((await replica.as().auth.login(credentials)).token);
        const [demote, rise] = [() => admin.users.changeRole(id, "customer"), () => users.changeRole(id, "admin")];
        await beside(demote, rise);
        expect((await admin.users.get(id)).role).toBe("customer");
        await admin.users.changeRole(id, "admin");
        const [suspend, stay] = [
          () => admin.users.changeStatus(id, "suspended"),
          () => users.changeStatus(id, "active"),
        ];
        await beside(suspend, stay);
        expect((await admin.users.get(id)).status).toBe("suspended");
      }
    },
    SLOW_MS,
  );
  test("have no power by a token whose session has ended, while their other one goes on", async () => {
    const [admin, ada, victim] = [await replica.admin(), await replica.customer(), await replica.customer()];
    await admin.users.changeRole(ada.id, "admin");
    const signIn = async () => replica.as((await replica.as().auth.login(ada.credentials)).token);
    const [stolen, own] = [await signIn(), await signIn()];
    await own.users.changePassword(ada.id, { currentPassword: ada.credentials.password, newPassword: "another one" });
    const powers = ({ users, auth }: typeof own) => [
      outcome(users.changeRole(victim.id, "customer")),
      outcome(users.changeStatus(victim.id, "active")),
      outcome(users.update(victim.id, { name: "Victim" })),
      outcome(auth.rotateKeys()),
      outcome(users.delete(victim.id)),
    ];
    expect(await Promise.all(powers(stolen))).toEqual([1, 2, 3, 4, 5].map(() => "UNAUTHORIZED"));
    for (const power of powers(own)) expect(["ok", "NOT_FOUND"]).toContain(await power);
  });
  test("may write a status by hand that nobody knows: whoever has it does not sign in", async () => {
    const [ada, admin] = [await replica.customer(), await replica.admin()];
    const users = replica.database.database.db.collection("users");
    await users.updateOne({ _id: new ObjectId(ada.id) }, { $set: { status: "banned" } });
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("ACCOUNT_SUSPENDED");
    await admin.users.changeStatus(ada.id, "active");
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("ok");
  });
  test("suspend a user, who cannot sign in or refresh until reactivated", async () => {
    const [ada, admin] = [await replica.customer(), await replica.admin()];
    expect((await admin.users.changeStatus(ada.id, "suspended")).status).toBe("suspended");
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("ACCOUNT_SUSPENDED");
    expect(await outcome(replica.as().auth.login({ ...ada.credentials, password: "wrong wrong" }))).toBe(
      "INVALID_CREDENTIALS",
    );
    expect(await outcome(replica.as().auth.refresh(ada.refreshToken))).toBe("UNAUTHORIZED");
    const machine = await replica.machine();
    expect(await machine.users.lookup([ada.id, "0".repeat(24)])).toEqual({
      users: [{ id: ada.id, status: "suspended" }],
    });
    await admin.users.changeStatus(ada.id, "active");
    expect(await outcome(replica.as().auth.refresh(ada.refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(replica.as().auth.login(ada.credentials))).toBe("ok");
  });
});
