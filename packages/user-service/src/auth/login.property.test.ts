import { systemClock } from "@pos/service-kit/clock";
import { newUser } from "@pos/testing/arbitraries";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { createVerifierOf } from "../test/tokens.ts";
import { type Replica, SLOW_MS, startReplica } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

// Feature: product-order-system, Property 6: Authentication with valid credentials returns token
test("who gives the right password gets a token that verifies and opens the own account", async () => {
  const verify = createVerifierOf(replica, systemClock);
  await fc.assert(
    fc.asyncProperty(newUser(), async ({ email, password, name }) => {
      const { id } = await replica.as().users.create({ email, password, name });
      const result = await replica.as().auth.login({ email, password });
      expect(result).toMatchObject({ userId: id, tokenType: "Bearer", expiresIn: 900 });
      const claims = await verify(result.token);
      expect(claims).toMatchObject({ sub: id, role: "customer" });
      expect(Number(claims.exp) - Number(claims.iat)).toBeWithin(899, 902);
      expect((await replica.as(result.token).users.get(id)).email).toBe(email);
    }),
    { numRuns: 100 },
  );
});
