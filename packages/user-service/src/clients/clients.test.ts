import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "@pos/service-kit/clock";
import { createVerifierOf } from "../test/tokens.ts";
import { outcome, type Replica, SERVICE, startReplica } from "../test/user-service.ts";

let replica: Replica;
beforeAll(async () => {
  replica = await startReplica();
});
afterAll(() => replica.stop());

const ask = (body: object, authorization?: string) =>
  replica.send("POST", "/auth/token", {
    body: { grant_type: "client_credentials", ...body },
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

describe("client credentials", () => {
  test("give a token of the role service, with the scopes of the client", async () => {
    const answer = await ask(SERVICE);
    expect(answer.status).toBe(200);
    const token = JSON.parse(answer.text) as { access_token: string };
    expect(token as unknown).toEqual({ access_token: expect.any(String), token_type: "Bearer", expires_in: 900 });
    expect(await createVerifierOf(replica, systemClock)(token.access_token)).toMatchObject({
      sub: SERVICE.client_id,
      role: "service",
      scope: "internal",
    });
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
  test("may come by HTTP Basic", async () => {
    expect((await ask({}, basic(SERVICE.client_id, SERVICE.client_secret))).status).toBe(200);
    expect((await ask({}, basic(SERVICE.client_id, "wrong"))).code).toBe("INVALID_CREDENTIALS");
    // Form-encoded within, any character may be written as an escape (RFC 6749 section 2.3.1).
    const escaped = (text: string) => [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("");
    expect((await ask({}, basic(escaped(SERVICE.client_id), escaped(SERVICE.client_secret)))).status).toBe(200);
    expect((await ask({}, basic("%", "%"))).code).toBe("INVALID_CREDENTIALS");
  });
  test("by HTTP Basic are refused with its challenge (RFC 6749 section 5.2), those of the body with the usual one", async () => {
    const challengeOf = async (...sent: Parameters<typeof ask>) => {
      const { status, headers } = await ask(...sent);
      return [status, headers.get("www-authenticate")];
    };
    const asked = [401, 'Basic realm="product-order-system"'];
    expect(await challengeOf({}, basic(SERVICE.client_id, "wrong"))).toEqual(asked);
    expect(await challengeOf({}, basic("unknown", "wrong"))).toEqual(asked);
    expect(await challengeOf({}, basic("%", "%"))).toEqual(asked);
    const inBody = { ...SERVICE, client_secret: "wrong" };
    expect(await challengeOf(inBody)).toEqual([401, 'Bearer realm="product-order-system"']);
  });
  test.each([
    ["a wrong secret", { ...SERVICE, client_secret: "wrong" }, 401],
    ["an unknown client", { ...SERVICE, client_id: "constructor" }, 401],
    ["no credentials", {}, 400],
    ["half of them", { client_id: SERVICE.client_id }, 400],
    ["another grant", { ...SERVICE, grant_type: "password" }, 400],
  ])("refuse %s", async (_what, body, status) => {
    expect((await ask(body)).status).toBe(status);
  });
  test("in two places are refused", async () => {
    expect((await ask(SERVICE, basic(SERVICE.client_id, SERVICE.client_secret))).status).toBe(400);
  });
  test("open what is for services and nothing else", async () => {
    const machine = await replica.machine();
    const { id } = await replica.customer();
    expect(await machine.users.lookup([id, id.toUpperCase(), "f".repeat(24)])).toEqual({
      users: [{ id, status: "active" }],
    });
    const { id: deletedId } = await replica.customer();
    await (await replica.admin()).users.delete(deletedId);
    expect(await machine.users.lookup([deletedId])).toEqual({ users: [] });
    expect(await machine.users.lookup([deletedId, id])).toEqual({ users: [{ id, status: "active" }] });
    expect(await outcome(machine.users.list())).toBe("FORBIDDEN");
    expect(await outcome(machine.users.delete(id))).toBe("FORBIDDEN");
    expect(await outcome((await replica.admin()).users.lookup([id]))).toBe("FORBIDDEN");
  });
});
