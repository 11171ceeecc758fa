import { afterAll, beforeAll, expect, test } from "bun:test";
import { remoteKeys } from "./remote-keys.ts";

let server: ReturnType<typeof Bun.serve>;
let silent = 0;
beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch({ url }) {
      const { pathname } = new URL(url);
      if (pathname === "/silent") {
        silent++;
        return new Promise<Response>(() => undefined);
      }
      if (pathname === "/elsewhere") return Response.redirect("/keys");
      return Response.json({ keys: [] }, { status: pathname === "/away" ? 503 : 200 });
    },
  });
});
afterAll(() => server.stop(true));

const ask = (path: string) =>
  remoteKeys(`http://127.0.0.1:${server.port}${path}`)().then(
    ({ keys }) => keys,
    (error: Error) => error.name,
  );

test("gives the keys that the issuer publishes", async () => {
  expect(await ask("/keys")).toEqual([]);
});

test("takes an error or a way to somewhere else for no key set", async () => {
  expect(await ask("/away")).toBe("Error");
  expect(await ask("/elsewhere")).not.toEqual([]);
});

test("gives an issuer up that says nothing, for every request of the service waits for it", async () => {
  const answer = await Promise.race([ask("/silent"), Bun.sleep(20_000).then(() => "still waiting")]);
  expect([answer, silent]).toEqual(["TimeoutError", 1]);
}, 60_000);
