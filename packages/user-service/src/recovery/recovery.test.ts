import { testLogger } from "@pos/testing/logger";
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Arrived, mailFolder, smtpServer } from "../test/mailbox.ts";
import { MAIL_LIMITS } from "../throttle/mail-throttle.ts";
import { ADMIN, outcome, type Replica, SLOW_MS, startReplica, testClock } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

const clock = testClock();
const log = testLogger("user-service");
const folder = await mailFolder();
let replica: Replica;
beforeAll(async () => {
  replica = await startReplica({ clock, logger: log.logger, env: { MAIL_DIR: folder.directory } });
});
// Limits of mails count for a test alone.
beforeEach(() => clock.advance(MAIL_LIMITS.windowMs));
afterAll(async () => {
  await replica.stop();
  await folder.close();
});

const RESET = /reset your password/i;
const VERIFY = /verify your/i;
const CHANGED = /address of your account was changed/i;
const newPassword = "a brand new password";
const tokenOf = (mails: readonly Arrived[]) => String(mails.at(-1)?.token);
let counter = 0;
/** Asks as a client that no other test is. */
const askForReset = (email: string, address = `10.9.${(++counter >> 8) & 255}.${counter & 255}`) =>
  replica.send("POST", "/auth/password-reset", { body: { email }, headers: { "x-forwarded-for": address } });
const confirm = (token: string) => replica.as().auth.confirmPasswordReset({ token, newPassword });

describe("a reset of the password", () => {
  test("comes by mail, works once, and ends every session", async () => {
    const { credentials, refreshToken } = await replica.customer();
    const answer = await askForReset(credentials.email.toUpperCase());
    expect([answer.status, answer.text]).toEqual([202, ""]);
    const token = tokenOf(await folder.waitFor(credentials.email, RESET));
    expect(await outcome(confirm(token))).toBe("ok");
    expect(await outcome(confirm(token))).toBe("INVALID_TOKEN");
    expect(await outcome(replica.as().auth.refresh(refreshToken))).toBe("UNAUTHORIZED");
    expect(await outcome(replica.as().auth.login(credentials))).toBe("INVALID_CREDENTIALS");
    expect(await outcome(replica.as().auth.login({ ...credentials, password: newPassword }))).toBe("ok");
    await folder.waitFor(credentials.email, /your password was changed/i);
  });
  test("lets in who was locked out by failed attempts, from where it was confirmed", async () => {
    const { credentials } = await replica.customer();
    const wrong = () => outcome(replica.as().auth.login({ ...credentials, password: "forgotten" }));
    for (let tries = 0; tries < 5; tries++) expect(await wrong()).toBe("INVALID_CREDENTIALS");
    expect(await wrong()).toBe("TOO_MANY_REQUESTS");
    await askForReset(credentials.email);
    await confirm(tokenOf(await folder.waitFor(credentials.email, RESET)));
    expect(await outcome(replica.as().auth.login({ ...credentials, password: newPassword }))).toBe("ok");
  });
  test("that failed half-way can be confirmed again", async () => {
    const { credentials } = await replica.customer();
    await askForReset(credentials.email);
    const token = tokenOf(await folder.waitFor(credentials.email, RESET));
    const { db } = replica.database.database;
    await db.command({ collMod: "users", validator: { sessionEpoch: 0 } });
    expect(await outcome(confirm(token))).toBe("INTERNAL_ERROR");
    await db.command({ collMod: "users", validator: {} });
    expect(await outcome(confirm(token))).toBe("ok");
    expect(await outcome(replica.as().auth.login({ ...credentials, password: newPassword }))).toBe("ok");
  });
  test("takes no password that everybody tries first, and neither does a change of it", async () => {
    const { credentials, id, client } = await replica.customer();
    await askForReset(credentials.email);
    const token = tokenOf(await folder.waitFor(credentials.email, RESET));
    const refused = await replica.send("POST", "/auth/password-reset/confirm", {
      body: { token, newPassword: "iLoveYou" },
    });
    expect([refused.status, refused.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { details: { fields: [{ path: "newPassword" }] } } });
    expect(refused.text).not.toMatch(/iloveyou/i);
    const change = { currentPassword: credentials.password, newPassword: "12345678" };
    expect(await outcome(client.users.changePassword(id, change))).toBe("VALIDATION_ERROR");
    expect(await outcome(confirm(token))).toBe("ok");
  });
  test("is got by one of many that come at once", async () => {
    const { credentials } = await replica.customer();
    await askForReset(credentials.email);
    const token = tokenOf(await folder.waitFor(credentials.email, RESET));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(confirm(token))));
    expect(outcomes.filter((each) => each === "ok").length).toBe(1);
  });
  test("ends after 30 minutes, and with any change of the password", async () => {
    const { credentials, id } = await replica.customer();
    await askForReset(credentials.email);
    const first = tokenOf(await folder.waitFor(credentials.email, RESET));
    clock.advance(30 * 60_000);
    expect(await outcome(confirm(first))).toBe("INVALID_TOKEN");
    await askForReset(credentials.email);
    const second = tokenOf(await folder.waitFor(credentials.email, RESET, 2));
    const fresh = replica.as((await replica.as().auth.login(credentials)).token);
    await fresh.users.changePassword(id, { currentPassword: credentials.password, newPassword });
    expect(await outcome(confirm(second))).toBe("INVALID_TOKEN");
  });
  test("is answered the same and without a mail when there is no account, or a suspended one", async () => {
    const [known, admin] = [await replica.customer(), await replica.admin()];
    const suspended = await replica.customer();
    await admin.users.changeStatus(suspended.id, "suspended");
    const answers = [];
    for (const email of [`no.${known.credentials.email}`, suspended.credentials.email, known.credentials.email])
      answers.push(await askForReset(email));
    expect(answers.map(({ status, text }) => [status, text])).toEqual([1, 2, 3].map(() => [202, ""]));
    await folder.waitFor(known.credentials.email, RESET);
    const sent = (await folder.all()).filter(({ subject }) => RESET.test(subject)).map(({ to }) => to);
    expect(sent).not.toContain(`no.${known.credentials.email}`);
    expect(sent).not.toContain(suspended.credentials.email);
  });
  test("says which account it is for: a stranger's may once have had the address", async () => {
    const { credentials, id, client } = await replica.customer();
    const [mine, strangers] = [credentials.email, `strangers.${credentials.email}`];
    await client.users.update(id, { email: strangers });
    await replica.as().users.create({ email: mine, password: "a password", name: "Ada" });
    await askForReset(mine);
    const mails = await folder.waitFor(mine, RESET, 2);
    const [own, other] = [mine, strangers].map((email) => mails.filter(({ text }) => text.includes(` ${email}.`)));
    expect([own?.length, other?.length]).toEqual([1, 1]);
    await confirm(tokenOf(own ?? []));
    expect(await outcome(replica.as().auth.login({ email: mine, password: newPassword }))).toBe("ok");
  });
  test("comes to its owner, however often a stranger asks for accounts that once had the address", async () => {
    const [email, password] = [`${crypto.randomUUID()}@example.com`, "a stranger's password"];
    for (let each = 0; each < 6; each++) {
      const { id } = await replica.as().users.create({ email, password, name: "Stranger" });
      const { token } = await replica.as().auth.login({ email, password });
      await replica.as(token).users.update(id, { email: `${each}.${email}` });
    }
    const { id } = await replica.as().users.create({ email, password: "my own password", name: "Ada" });
    for (let each = 0; each < 4; each++) await askForReset(`${each}.${email}`);
    await askForReset(email);
    const own = async () => (await folder.waitFor(email, RESET, 4)).filter(({ text }) => text.includes(` ${email}.`));
    const [first] = await own();
    await confirm(String(first?.token));
    clock.advance(MAIL_LIMITS.windowMs);
    const { users } = replica.as((await replica.as().auth.login({ email, password: newPassword })).token);
    const sent = (await folder.all()).filter(({ to, subject }) => to === email && VERIFY.test(subject)).length;
    await users.requestEmailVerification(id, newPassword);
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(email, VERIFY, sent + 1)));
    await users.update(id, { email: `mine.${email}` });
    await askForReset(email);
    const mails = await folder.waitFor(email, RESET, 5);
    expect(mails.some(({ text }) => text.includes(` mine.${email}.`))).toBe(true);
  });
  test("goes to an account 3 times in 15 minutes at most, and is asked for 20 times by one client at most", async () => {
    const [ada, next] = [await replica.customer(), await replica.customer()];
    for (let asked = 0; asked < 20; asked++)
      expect((await askForReset(ada.credentials.email, "10.10.10.10")).status).toBe(202);
    const refused = await askForReset(next.credentials.email, "10.10.10.10");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "900"]);
    await askForReset(next.credentials.email);
    await folder.waitFor(next.credentials.email, RESET);
    const sent = (await folder.all()).filter(({ to, subject }) => to === ada.credentials.email && RESET.test(subject));
    expect(sent.length).toBe(3);
  });
});

describe("a reset of the password of an account whose address a thief has changed", () => {
  const stolen = async () => {
    const owner = await replica.customer();
    const [mine, theirs] = [owner.credentials.email, `Thief.${owner.credentials.email}`];
    await owner.client.users.update(owner.id, { email: theirs });
    return { ...owner, mine, theirs };
  };
  /** Asked for by the thief's address, which no other account has; the mails go to the owner's. */
  const reset = async ({ mine, theirs }: { mine: string; theirs: string }) => {
    await askForReset(theirs);
    await confirm(tokenOf(await folder.waitFor(mine, RESET)));
    return (await folder.waitFor(mine, /your password was changed/i)).at(-1)?.text;
  };
  const signIn = (email: string) => outcome(replica.as().auth.login({ email, password: newPassword }));

  test("gives the account back the address that the reset went to", async () => {
    const { id, mine, theirs } = await stolen();
    expect(await reset({ mine, theirs })).toContain(`Sign in as ${mine}.`);
    expect([await signIn(mine), await signIn(theirs)]).toEqual(["ok", "INVALID_CREDENTIALS"]);
    const admin = await replica.admin();
    expect((await admin.users.list({ search: mine })).users).toMatchObject([{ id, email: mine }]);
    expect((await admin.users.list({ search: theirs })).users).toEqual([]);
    expect(await outcome(replica.as().users.create({ email: theirs, password: newPassword, name: "T" }))).toBe("ok");
  });
  test("keeps the present address when somebody else has the other one by now, and tells it by mail alone", async () => {
    const { id, mine, theirs, client, refreshToken } = await stolen();
    await replica.as().users.create({ email: mine, password: "somebody else's", name: "Next" });
    expect(await reset({ mine, theirs })).toContain(`Sign in as ${theirs}.`);
    expect([await signIn(mine), await signIn(theirs)]).toEqual(["INVALID_CREDENTIALS", "ok"]);
    expect(await outcome(replica.as().auth.refresh(refreshToken))).toBe("UNAUTHORIZED");
    expect((await client.users.get(id)).email).toBe(theirs);
  });
  test("is refused, and the present address stays, when that was verified since the reset went out", async () => {
    const { id, credentials, mine, theirs, client } = await stolen();
    await client.users.requestEmailVerification(id, credentials.password);
    await askForReset(mine);
    const token = tokenOf(await folder.waitFor(mine, RESET));
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(theirs, VERIFY)));
    expect(await outcome(confirm(token))).toBe("INVALID_TOKEN");
    expect(await outcome(replica.as().auth.login({ ...credentials, email: theirs }))).toBe("ok");
    await askForReset(theirs);
    expect(await outcome(confirm(tokenOf(await folder.waitFor(theirs, RESET))))).toBe("ok");
    expect([await signIn(mine), await signIn(theirs)]).toEqual(["INVALID_CREDENTIALS", "ok"]);
  });
  test("ends what the stolen token can do to the account, which the owner's next one can", async () => {
    const { id, mine, theirs, client } = await stolen();
    await reset({ mine, theirs });
    expect(await outcome(client.users.update(id, { email: theirs }))).toBe("UNAUTHORIZED");
    expect(await outcome(client.users.delete(id))).toBe("UNAUTHORIZED");
    const { token } = await replica.as().auth.login({ email: mine, password: newPassword });
    expect(await outcome(replica.as(token).users.update(id, { email: `new.${mine}` }))).toBe("ok");
    expect(await outcome(replica.as(token).users.delete(id))).toBe("ok");
  });
  test("while it is changed at the same time ends with the address that the reset went to", async () => {
    const admin = await replica.admin();
    for (let round = 0; round < 10; round++) {
      const { id, mine, client } = await stolen();
      await askForReset(mine);
      const token = tokenOf(await folder.waitFor(mine, RESET));
      const renames = [1, 2, 3].map((each) => outcome(client.users.update(id, { email: `${each}.${mine}` })));
      const [confirmed, ...renamed] = await Promise.all([outcome(confirm(token)), ...renames]);
      expect(confirmed).toBe("ok");
      for (const each of renamed) expect(["ok", "UNAUTHORIZED"]).toContain(each);
      expect((await client.users.get(id)).email).toBe(mine);
      expect(await signIn(mine)).toBe("ok");
      expect((await admin.users.list({ search: mine })).users).toMatchObject([{ id, email: mine }]);
    }
  });
  test.each([
    ["whose address is free again", false],
    ["whose address is somebody else's by now", true],
  ])(
    "and a verification of the other address at the same time: one of them works, of one %s",
    async (_what, isTaken) => {
      for (let round = 0; round < 16; round++) {
        const { id, credentials, mine, theirs, client } = await stolen();
        if (isTaken) await replica.as().users.create({ email: mine, password: "somebody else's", name: "Next" });
        await client.users.requestEmailVerification(id, credentials.password);
        await askForReset(theirs);
        const [reset, verification] = [
          tokenOf(await folder.waitFor(mine, RESET)),
          tokenOf(await folder.waitFor(theirs, VERIFY)),
        ];
        const verify = async () => {
          await Bun.sleep(round % 8);
          return outcome(replica.as().auth.verifyEmail(verification));
        };
        const [confirmed, verified] = await Promise.all([outcome(confirm(reset)), verify()]);
        const emailVerified = (await client.users.get(id)).emailVerified;
        if (confirmed === "ok") expect([verified, emailVerified]).toEqual(["INVALID_TOKEN", false]);
        else expect([confirmed, verified, emailVerified]).toEqual(["INVALID_TOKEN", "ok", true]);
      }
    },
  );
});

describe("an account whose owner has lost password and mailbox", () => {
  test("comes back by an administrator's rename and a verification that the administrator's password sends", async () => {
    const { credentials, id, client } = await replica.customer();
    const [admin, found] = [await replica.admin(), `found.${credentials.email}`];
    await admin.users.update(id, { email: found });
    const ask = (by: typeof admin, password: string) => outcome(by.users.requestEmailVerification(id, password));
    expect(await ask(admin, "wrong")).toBe("INVALID_CREDENTIALS");
    expect(await ask((await replica.customer()).client, credentials.password)).toBe("FORBIDDEN");
    expect(await ask(admin, ADMIN.password)).toBe("ok");
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(found, VERIFY)));
    await askForReset(found);
    expect(await outcome(confirm(tokenOf(await folder.waitFor(found, RESET))))).toBe("ok");
    expect(await outcome(replica.as().auth.login({ email: found, password: newPassword }))).toBe("ok");
    expect((await client.users.get(id)).emailVerified).toBe(true);
  });
  test("is not reached by an administrator of yesterday, nor is one that does not exist", async () => {
    const [{ credentials, id, client }, admin, other] = [
      await replica.customer(),
      await replica.admin(),
      await replica.customer(),
    ];
    await admin.users.changeRole(id, "admin");
    const former = replica.as((await replica.as().auth.login(credentials)).token);
    await admin.users.changeRole(id, "customer");
    expect(await outcome(former.users.requestEmailVerification(other.id, credentials.password))).toBe("FORBIDDEN");
    expect(await outcome(admin.users.requestEmailVerification("0".repeat(24), ADMIN.password))).toBe("NOT_FOUND");
    expect(await outcome(client.users.requestEmailVerification(id, credentials.password))).toBe("ok");
  });
});

describe("an e-mail address", () => {
  test("is verified by the token that came at registration, once", async () => {
    const { credentials, id, client } = await replica.customer();
    const token = tokenOf(await folder.waitFor(credentials.email, VERIFY));
    expect((await client.users.get(id)).emailVerified).toBe(false);
    await replica.as().auth.verifyEmail(token);
    expect((await client.users.get(id)).emailVerified).toBe(true);
    expect(await outcome(replica.as().auth.verifyEmail(token))).toBe("INVALID_TOKEN");
    expect(await outcome(client.users.requestEmailVerification(id, credentials.password))).toBe("CONFLICT");
  });
  test("that is changed is told to the old one, which keeps getting resets until the new one is verified", async () => {
    const { credentials, id, client } = await replica.customer();
    const old = credentials.email;
    const changed = `new.${old}`;
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(old, VERIFY)));
    const user = await client.users.update(id, { email: changed });
    expect([user.email, user.emailVerified]).toEqual([changed, false]);
    await folder.waitFor(old, CHANGED);

    await askForReset(changed);
    await folder.waitFor(old, RESET, 1);
    await askForReset(old);
    await folder.waitFor(old, RESET, 2);
    expect((await folder.all()).filter(({ to }) => to === changed)).toEqual([]);

    expect(await outcome(client.users.requestEmailVerification(id, "wrong"))).toBe("INVALID_CREDENTIALS");
    clock.advance(16 * 60_000);
    const again = replica.as((await replica.as().auth.login({ ...credentials, email: changed })).token);
    await again.users.requestEmailVerification(id, credentials.password);
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(changed, VERIFY)));
    await askForReset(changed);
    await folder.waitFor(changed, RESET);
    await askForReset(old);
    const last = await replica.customer();
    await askForReset(last.credentials.email);
    await folder.waitFor(last.credentials.email, RESET);
    expect((await folder.all()).filter(({ to, subject }) => to === old && RESET.test(subject)).length).toBe(2);
  });
  test("is mailed to 3 times in 15 minutes at most, however often it registers", async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    for (let round = 0; round < 5; round++) {
      const { id } = await replica.as().users.create({ email, password: newPassword, name: "Again" });
      await (await replica.admin()).users.delete(id);
    }
    const last = await replica.customer();
    await folder.waitFor(last.credentials.email, VERIFY);
    expect((await folder.all()).filter(({ to }) => to === email).length).toBe(3);
  });
  test("is mailed to at registration 100 times by one client in 15 minutes at most, and may register all the same", async () => {
    const register = async (client: string) => {
      const email = `${crypto.randomUUID()}@strangers.example.com`;
      const body = { email, password: newPassword, name: "Stranger" };
      const answer = await replica.send("POST", "/users", { body, headers: { "x-forwarded-for": client } });
      expect(answer.status).toBe(201);
      return email;
    };
    for (let each = 0; each < 102; each++) await register("10.12.0.1");
    await folder.waitFor(await register("10.12.0.2"), VERIFY);
    const sent = (await folder.all()).filter(({ to }) => to.endsWith("@strangers.example.com"));
    expect(sent.length).toBe(101);
  });
  test("is mailed a token 3 times in 15 minutes at most, although its owner asks for more", async () => {
    const { credentials, id, client } = await replica.customer();
    const ask = () => outcome(client.users.requestEmailVerification(id, credentials.password));
    expect([await ask(), await ask(), await ask()]).toEqual(["ok", "ok", "TOO_MANY_REQUESTS"]);
  });
  test("is not verified by a token of the address before", async () => {
    const { credentials, id, client } = await replica.customer();
    const token = tokenOf(await folder.waitFor(credentials.email, VERIFY));
    await client.users.update(id, { email: `x.${credentials.email}` });
    expect(await outcome(replica.as().auth.verifyEmail(token))).toBe("INVALID_TOKEN");
    expect((await client.users.get(id)).emailVerified).toBe(false);
  });
  test("is not verified by a token that a password of before has got, only the one that resets go to is", async () => {
    const { credentials, id, client } = await replica.customer();
    const own = tokenOf(await folder.waitFor(credentials.email, VERIFY));
    const other = `other.${credentials.email}`;
    await client.users.update(id, { email: other });
    await client.users.requestEmailVerification(id, credentials.password);
    const gotBefore = tokenOf(await folder.waitFor(other, VERIFY));
    await client.users.update(id, { email: credentials.email });
    await askForReset(credentials.email);
    await confirm(tokenOf(await folder.waitFor(credentials.email, RESET)));
    const { users } = replica.as((await replica.as().auth.login({ ...credentials, password: newPassword })).token);
    await users.update(id, { email: other });
    expect(await outcome(replica.as().auth.verifyEmail(gotBefore))).toBe("INVALID_TOKEN");
    await users.update(id, { email: credentials.email });
    expect(await outcome(replica.as().auth.verifyEmail(own))).toBe("ok");
  });
  test("that is only written in another case stays verified, and nobody is told", async () => {
    const { credentials, id, client } = await replica.customer();
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(credentials.email, VERIFY)));
    expect((await client.users.update(id, { email: credentials.email.toUpperCase() })).emailVerified).toBe(true);
    const other = await replica.customer();
    await folder.waitFor(other.credentials.email, VERIFY);
    const told = (await folder.all()).filter(({ to, subject }) => to === credentials.email && CHANGED.test(subject));
    expect(told).toEqual([]);
  });
  test("is told of changes 3 times in 15 minutes at most, however often an account takes and leaves it", async () => {
    const { credentials, id, client } = await replica.customer();
    const strangers = `${crypto.randomUUID()}@example.com`;
    for (let round = 0; round < 5; round++) {
      await client.users.update(id, { email: strangers });
      await client.users.update(id, { email: credentials.email });
    }
    const last = await replica.customer();
    await folder.waitFor(last.credentials.email, VERIFY);
    const told = (await folder.all()).filter(({ subject }) => CHANGED.test(subject)).map(({ to }) => to);
    expect(told.filter((to) => to === strangers).length).toBe(3);
    expect(told.filter((to) => to === credentials.email).length).toBe(3);
  });
  test("that is verified is told of a change, however often a stranger that left it changes its own", async () => {
    const [stranger, admin] = [await replica.customer(), await replica.admin()];
    const { email } = stranger.credentials;
    await folder.waitFor(email, VERIFY);
    for (let each = 0; each < 5; each++) await stranger.client.users.update(stranger.id, { email: `${each}.${email}` });
    clock.advance(1);
    const { id } = await replica.as().users.create({ email, password: newPassword, name: "Owner" });
    await replica.as().auth.verifyEmail(tokenOf(await folder.waitFor(email, VERIFY, 2)));
    await admin.users.update(id, { email: `new.${email}` });
    await folder.waitFor(email, CHANGED, 4);
  });
  test("is told of new passwords 3 times in 15 minutes at most, and strangers that left it use up none of these", async () => {
    const { credentials, id, client } = await replica.customer();
    const { email } = credentials;
    let currentPassword = credentials.password;
    const change = async (users: typeof client.users, user: string) => {
      const next = crypto.randomUUID();
      await users.changePassword(user, { currentPassword, newPassword: next });
      currentPassword = next;
    };
    const told = async () => (await folder.all()).filter(({ to, text }) => to === email && /password of/.test(text));
    await client.users.update(id, { email: `left.${email}` });
    for (let each = 0; each < 5; each++) await change(client.users, id);
    const owner = await replica.as().users.create({ email, password: currentPassword, name: "Owner" });
    const { token } = await replica.as().auth.login({ email, password: currentPassword });
    for (let each = 0; each < 5; each++) await change(replica.as(token).users, owner.id);
    await replica.as(token).users.update(owner.id, { email: `new.${email}` });
    await folder.waitFor(email, CHANGED, 2);
    expect((await told()).length).toBe(6);
  });
  test("of a stranger is mailed to 100 times by one client in 15 minutes at most, whatever an account asks for", async () => {
    const { credentials, id, token } = await replica.customer();
    const ask = async (path: string, method: string, body: object) => {
      const headers = { "x-forwarded-for": "10.13.0.1" };
      return (await replica.send(method, `/users/${id}${path}`, { token, body, headers })).status;
    };
    const answers: number[] = [];
    for (let each = 0; each < 60; each++) {
      const email = `${each}.${credentials.email}`;
      expect(await ask("", "PUT", { email })).toBe(200);
      const answer = await ask("/email-verification", "POST", { currentPassword: credentials.password });
      if (answer === 202) await folder.waitFor(email, VERIFY);
      answers.push(answer);
    }
    expect([answers[0], answers.at(-1)]).toEqual([202, 429]);
    const last = await replica.customer();
    await folder.waitFor(last.credentials.email, VERIFY);
    const sent = (await folder.all()).filter(({ to }) => to.endsWith(`.${credentials.email}`));
    expect(sent.length).toBe(100);
    const told = (await folder.all()).filter(({ to, subject }) => to === credentials.email && CHANGED.test(subject));
    expect(told.length).toBe(3);
  });
  test("of a deleted account leaves no token behind", async () => {
    const { credentials, id, client } = await replica.customer();
    const token = tokenOf(await folder.waitFor(credentials.email, VERIFY));
    await client.users.delete(id);
    expect(await outcome(replica.as().auth.verifyEmail(token))).toBe("INVALID_TOKEN");
    const left = await replica.database.database.db.collection("mail_tokens").find({ emailKey: credentials.email });
    expect(await left.toArray()).toEqual([]);
  });
});

describe("mails", () => {
  test("are files that only this user reads; the log names them and tells nothing of what they hold", async () => {
    const { credentials } = await replica.customer();
    const token = tokenOf(await folder.waitFor(credentials.email, VERIFY));
    const [directory, ...files] = await folder.modes();
    expect(directory).toBe(0o700);
    expect([...new Set(files)]).toEqual([0o600]);
    const lines = log.lines().join("\n");
    expect(lines).toContain(folder.directory);
    expect(lines).not.toContain(token);
    expect(lines).not.toContain(credentials.email);
    const stored = await replica.database.database.db.collection("mail_tokens").find().toArray();
    expect(JSON.stringify(stored)).not.toContain(token);
  });
  test("go over SMTP with a sign-in, again when the server refuses, and never show its password", async () => {
    const smtp = await smtpServer({ user: "shop", pass: "p@ss/word" }, { refuseFirst: 1 });
    const smtpLog = testLogger("user-service");
    const sending = await startReplica({
      logger: smtpLog.logger,
      env: { SMTP_URL: smtp.url, MAIL_FROM: "shop@example.com" },
    });
    const { credentials } = await sending.customer();
    const token = tokenOf(await smtp.waitFor(credentials.email, VERIFY));
    await sending.as().auth.verifyEmail(token);
    const odd = "o'brien+a=b!#$%&*/?^_`{|}~-@example.com";
    await sending.as().users.create({ email: odd, password: newPassword, name: "O" });
    await smtp.waitFor(odd, VERIFY);
    await sending.stop();
    await smtp.close();
    const lines = smtpLog.lines().join("\n");
    expect(lines).toContain("a mail was not accepted, trying again");
    for (const secret of ["p@ss", encodeURIComponent("p@ss/word"), token]) expect(lines).not.toContain(secret);
  });
  test("that a server refuses for good are not sent again, so that the next one does not wait for them", async () => {
    const unknown = "Nobody@example.com";
    const smtp = await smtpServer({ user: "shop", pass: "secret" }, { unknown });
    const smtpLog = testLogger("user-service");
    const sending = await startReplica({ logger: smtpLog.logger, env: { SMTP_URL: smtp.url } });
    await sending.as().users.create({ email: unknown, password: newPassword, name: "Nobody" });
    const { credentials } = await sending.customer();
    await smtp.waitFor(credentials.email, VERIFY);
    await sending.stop();
    await smtp.close();
    const lines = smtpLog.lines().join("\n");
    expect(lines).toContain("a mail was refused");
    expect(lines).toContain("no such mailbox");
    expect(lines).not.toContain("trying again");
    expect(lines).not.toMatch(/nobody@/i);
  });
  test("that a server puts off do not hold up the next ones, and are not sent after their last attempt", async () => {
    const busy = "busy@example.com";
    const [smtp, smtpLog] = [await smtpServer({ user: "shop", pass: "secret" }, { busy }), testLogger("user-service")];
    const still = testClock();
    const sending = await startReplica({ clock: still, logger: smtpLog.logger, env: { SMTP_URL: smtp.url } });
    await sending.as().users.create({ email: busy, password: newPassword, name: "Busy" });
    const { credentials } = await sending.customer();
    await smtp.waitFor(credentials.email, VERIFY);
    const lines = (text: string) => smtpLog.lines().filter((line) => line.includes(text)).length;
    for (const [tries, waitMs] of [1000, 5000, 20_000].entries()) {
      while (lines("trying again") <= tries) await Bun.sleep(10);
      expect(lines("a mail was not sent")).toBe(0);
      still.advance(waitMs);
    }
    while (lines("a mail was not sent") === 0) await Bun.sleep(10);
    expect(lines(busy)).toBe(0);
    await sending.stop();
    await smtp.close();
  });
  test("that wait for the server do not go to an account that was deleted meanwhile", async () => {
    const { promise: opens, resolve: open } = Promise.withResolvers<void>();
    const smtp = await smtpServer({ user: "shop", pass: "secret" }, { opens });
    const sending = await startReplica({ env: { SMTP_URL: smtp.url } });
    const [first, deleted] = [await sending.customer(), await sending.customer()];
    await deleted.client.users.delete(deleted.id);
    const last = await sending.customer();
    open();
    for (const { credentials } of [first, last]) await smtp.waitFor(credentials.email, VERIFY);
    expect((await smtp.all()).map(({ to }) => to)).not.toContain(deleted.credentials.email);
    const tokens = await sending.database.database.db.collection("mail_tokens").find().toArray();
    expect(JSON.stringify(tokens)).not.toContain(deleted.credentials.email);
    await sending.stop();
    await smtp.close();
  });
  test("that wait for the server verify no thief's address after the password was changed", async () => {
    const { promise: opens, resolve: open } = Promise.withResolvers<void>();
    const smtp = await smtpServer({ user: "shop", pass: "secret" }, { opens });
    const sending = await startReplica({ env: { SMTP_URL: smtp.url } });
    const { id, client, credentials } = await sending.customer();
    const theirs = `thief.${credentials.email}`;
    await client.users.update(id, { email: theirs });
    await client.users.requestEmailVerification(id, credentials.password);
    await client.users.changePassword(id, { currentPassword: credentials.password, newPassword });
    const last = await sending.customer();
    open();
    await smtp.waitFor(last.credentials.email, VERIFY);
    expect((await smtp.all()).map(({ to }) => to)).not.toContain(theirs);
    await sending.stop();
    await smtp.close();
  });
  test("that no server takes do not keep anybody waiting", async () => {
    const sending = await startReplica({ env: { SMTP_URL: "smtp://127.0.0.1:1" } });
    const startedAt = performance.now();
    const { id, client } = await sending.customer();
    expect((await client.users.get(id)).emailVerified).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await sending.stop();
  });
});
