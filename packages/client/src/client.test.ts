import { afterAll, beforeAll, expect, test } from "bun:test";
import { createClient } from "./client.ts";

let server: ReturnType<typeof Bun.serve>;
let asked: string[] = [];

beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      asked.push(`${request.method} ${request.url.slice(server.url.origin.length)}`);
      return new Response(null, { status: 204 });
    },
  });
});
afterAll(() => server.stop(true));

test.each(["..", ".", "", "../../b", "c/..", "a/b", "?x", "#x", "%2e%2e", "\\..\\", "é"])(
  "the id %j stays one part of its path",
  async (id) => {
    const url = server.url.origin;
    const client = createClient({ userUrl: url, productUrl: url, orderUrl: url });
    asked = [];
    await client.users.addresses.delete("a", id);
    expect(asked).toEqual([expect.stringMatching(/^DELETE \/users\/a\/addresses\/[^/?#\\]+$/)]);
    expect(decodeURIComponent(asked[0]?.split("/").at(-1) ?? "").replaceAll('"', "")).toBe(id);
  },
);
