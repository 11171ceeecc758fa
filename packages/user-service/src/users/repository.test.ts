import { testDatabase } from "@pos/testing/database";
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SLOW_MS } from "../test/user-service.ts";
import { UserRepository } from "./repository.ts";

setDefaultTimeout(SLOW_MS);

const { database, drop } = await testDatabase("accounts");
afterAll(drop);
const users = new UserRepository(database);

/** What the mongod of this run has logged, save operations that took long: it logs those whole, whatever they are. */
async function mongodLog(): Promise<string[]> {
  const { parsed } = await database.client.db("admin").command({ getCmdLineOpts: 1 });
  const log = await readFile(join(dirname(parsed.storage.dbPath), "mongod.log"), "utf8");
  return log.split("\n").filter((line) => !line.includes("Slow query"));
}

test("two passwords set at the same time leave no hash in mongod's log", async () => {
  const address = `${crypto.randomUUID()}@example.com`;
  const hashes = [1, 2, 3].map(() => `$2b$04$${crypto.randomUUID()}`);
  const now = new Date();
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { id } = await users.insert({
    email: address,
    emailKey: address,
    name: "Ada",
    passwordHash: hashes[0] ?? "",
    role: "customer",
    status: "active",
    recoveryEmail: address,
    recoveryKey: address,
    sessionEpoch: 0,
    createdAt: now,
    updatedAt: now,
  });
  const set = (passwordHash: string | undefined, alongside: () => Promise<void>) =>
    users.setPassword(
      id,
      { passwordHash: passwordHash ?? "", updatedAt: now },
      { onlyIf: { recoveryKey: address }, alongside },
    );
  const first = set(hashes[1], () => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  const second = set(hashes[2], () => Promise.resolve());
  // It meets the change of the first one, and tries again for as long as that is open.
  await Bun.sleep(300);
  end.resolve();
  const epochs = (await Promise.all([first, second])).map((account) => account?.sessionEpoch);
  expect(epochs).toEqual([1, 2]);
  const lines = (await mongodLog()).filter((line) => [address, ...hashes].some((text) => line.includes(text)));
  expect(lines).toEqual([]);
});
