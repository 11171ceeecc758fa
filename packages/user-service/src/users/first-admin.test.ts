import { afterEach, beforeEach, expect, test } from "bun:test";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { ADMIN, outcome, startReplica } from "../test/user-service.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase("admin");
});
afterEach(() => database.drop());

const start = (env: Record<string, string | undefined> = {}) => startReplica({ database, env });
const refusal = async (env: Record<string, string | undefined> = {}) =>
  start(env).then(
    () => "started",
    (error: unknown) => String(error),
  );
const admins = () => database.database.db.collection("users").countDocuments({ role: "admin" });

test("replicas that start together make one administrator", async () => {
  const replicas = await Promise.all(Array.from({ length: 6 }, () => start()));
  expect(await admins()).toBe(1);
  expect(await outcome(replicas[5]?.as().auth.login(ADMIN) ?? Promise.reject(new Error("none")))).toBe("ok");
  for (const each of replicas) await each.stop();
});
test("nobody is promoted: an address of a customer stops the start", async () => {
  const without = await start({ ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined });
  await without.as().users.create({ ...ADMIN, email: ADMIN.email.toUpperCase(), name: "Eve" });
  await without.stop();
  expect(await refusal()).toContain("ADMIN_EMAIL belongs to a user who is no administrator");
  expect(await admins()).toBe(0);
});
test("an existing administrator stays the only one, with the old password", async () => {
  await (await start()).stop();
  const again = await start({ ADMIN_EMAIL: "other@example.com", ADMIN_PASSWORD: "another password" });
  expect(await admins()).toBe(1);
  expect(await outcome(again.as().auth.login(ADMIN))).toBe("ok");
  await again.stop();
  await (await start({ ADMIN_PASSWORD: "administrator" })).stop();
});
test.each([
  ["only the address", { ADMIN_PASSWORD: undefined }, "set both or none"],
  ["no address", { ADMIN_EMAIL: "admin" }, "ADMIN_EMAIL is not an e-mail address"],
  ["a password that everybody tries first", { ADMIN_PASSWORD: "Administrator" }, "ADMIN_PASSWORD is one of"],
  ["a short password", { ADMIN_PASSWORD: "1234567" }, "ADMIN_PASSWORD must have 8 to 1,024 characters"],
])("%s stops the start", async (_what, env, sentence) => {
  expect(await refusal(env)).toContain(sentence);
});
