import { newUser, userName } from "@pos/testing/arbitraries";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { ObjectId } from "mongodb";
import { type Replica, SLOW_MS, startReplica } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

/** Names as people leave them in a form: with blanks around, or nothing else. */
const blank = fc.constantFrom("", " ", "\t", "\u00a0");
const nameWithBlanks = fc
  .tuple(blank, userName(), blank)
  .map(([before, name, after]) => `${before}${[...name].slice(0, 198).join("")}${after}`);

// Feature: product-order-system, Property 1: User data persistence round trip
test("a user is read as it was written, and so is a change", async () => {
  const admin = await replica.admin();
  const users = replica.database.database.db.collection("users");
  await fc.assert(
    fc.asyncProperty(newUser(), nameWithBlanks, nameWithBlanks, async (anyUser, name, newName) => {
      const user = { ...anyUser, name };
      const created = await replica.as().users.create(user);
      const read = await admin.users.get(created.id);
      expect(read).toEqual(created);
      expect({ email: read.email, name: read.name }).toEqual({ email: user.email, name: user.name });
      const stored = await users.findOne({ _id: new ObjectId(created.id) });
      expect(stored).toMatchObject({ email: user.email, name: user.name, role: "customer" });
      expect(stored?.["createdAt"]).toEqual(new Date(created.createdAt));
      const values = Object.values(stored ?? {});
      expect(values).not.toContain(user.password === user.name ? undefined : user.password);
      const changed = await admin.users.update(created.id, { name: newName });
      expect(await admin.users.get(created.id)).toEqual({ ...created, name: newName, updatedAt: changed.updatedAt });
    }),
    { numRuns: 100 },
  );
});
