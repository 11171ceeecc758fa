import { newUser, password, userName } from "@pos/testing/arbitraries";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { outcome, type Replica, SLOW_MS, startReplica } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

/** An address with some of its letters in the other case. */
const recased = (email: string, flips: readonly boolean[]) =>
  [...email]
    .map((letter, index) => (flips[index % flips.length] ? letter.toUpperCase() : letter.toLowerCase()))
    .join("");

// Feature: product-order-system, Property 7: Duplicate email registration fails
test("a second account under one address is refused, in any case of its letters, also at the same time", async () => {
  const flips = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(newUser(), password(), userName(), flips, async (user, otherPassword, otherName, flipped) => {
      const second = { email: recased(user.email, flipped), password: otherPassword, name: otherName };
      const together = await Promise.all([user, second].map((body) => replica.send("POST", "/users", { body })));
      expect(together.map(({ status }) => status).sort()).toEqual([201, 400]);
      const later = await replica.send("POST", "/users", { body: second });
      expect([later.status, later.code]).toEqual([400, "EMAIL_TAKEN"]);
      const { email, password: kept } = together[0]?.status === 201 ? user : second;
      expect(await outcome(replica.as().auth.login({ email, password: kept }))).toBe("ok");
    }),
    { numRuns: 100 },
  );
});
