import { newUser } from "@pos/testing/arbitraries";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { type Replica, SLOW_MS, startReplica } from "../test/user-service.ts";

setDefaultTimeout(SLOW_MS);

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

// Feature: product-order-system, Property 4: Valid user registration succeeds
test("whoever is valid is registered, under an id of their own, as a customer", async () => {
  const ids = new Set<string>();
  await fc.assert(
    fc.asyncProperty(newUser(), async (user) => {
      const answer = await replica.send("POST", "/users", { body: user });
      expect(answer.status).toBe(201);
      const { id, ...rest } = JSON.parse(answer.text) as { id: string };
      expect(id).toMatch(/^[0-9a-f]{24}$/);
      expect(ids.has(id)).toBe(false);
      ids.add(id);
      expect(rest as unknown).toEqual({
        email: user.email,
        name: user.name,
        role: "customer",
        status: "active",
        emailVerified: false,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    }),
    { numRuns: 100 },
  );
});
