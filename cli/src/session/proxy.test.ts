import { afterEach, expect, onTestFinished, test } from "bun:test";
import { proxyOf } from "./proxy.ts";

const names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);
const given = Object.fromEntries(names.map((name) => [name, process.env[name]]));
const setAll = (env: Readonly<Record<string, string | undefined>>) => {
  for (const name of names) {
    if (env[name] === undefined) delete process.env[name];
    else process.env[name] = env[name];
  }
};
afterEach(() => setAll(given));

const plain = "http://api.example.invalid:81/x";
const cases: readonly (readonly [url: string, env: Readonly<Record<string, string>>])[] = [
  [plain, {}],
  [plain, { HTTP_PROXY: "http://ada:secret@PROXY" }],
  [plain, { http_proxy: "http://PROXY" }],
  [plain, { HTTP_PROXY: "PROXY" }],
  [plain, { http_proxy: "", HTTP_PROXY: "http://PROXY" }],
  [plain, { ALL_PROXY: "http://PROXY" }],
  [plain, { all_proxy: "http://PROXY" }],
  [plain, { HTTPS_PROXY: "http://PROXY" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "*" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "other.invalid, example.invalid" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: ".example.invalid" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "ample.invalid" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "API.EXAMPLE.INVALID" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "*.example.invalid" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "api.example.invalid:81" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "example.invalid:81" }],
  [plain, { HTTP_PROXY: "http://PROXY", NO_PROXY: "api.example.invalid:82" }],
  [plain, { HTTP_PROXY: "http://PROXY", no_proxy: "", NO_PROXY: "example.invalid" }],
  [plain, { HTTP_PROXY: "http://PROXY", no_proxy: "other.invalid", NO_PROXY: "example.invalid" }],
  ["http://example.invalid/x", { HTTP_PROXY: "http://PROXY", NO_PROXY: "example.invalid:80" }],
  ["http://localhost:1/x", { HTTP_PROXY: "http://PROXY" }],
  ["http://127.0.0.1:1/x", { HTTP_PROXY: "http://PROXY" }],
  ["http://127.0.0.2:1/x", { HTTP_PROXY: "http://PROXY" }],
  ["http://0.0.0.0:1/x", { HTTP_PROXY: "http://PROXY" }],
  ["http://[::1]:1/x", { HTTP_PROXY: "http://PROXY" }],
  ["http://[::1]:1/x", { HTTP_PROXY: "http://PROXY", NO_PROXY: "localhost,127.0.0.1,::1" }],
  ["http://127.0.0.1:1/x", { HTTP_PROXY: "http://PROXY", NO_PROXY: "localhost,127.0.0.1,::1" }],
];

/** A resolver whose servers are silent gives up on a name after 5 to 30 s; so may a busy machine take its time. */
const ANSWER_MAX_MS = 30_000;

test.each(cases)(
  "names the proxy that a request to %s goes through with %j",
  async (url, env) => {
    const proxy = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status: 418 }) });
    onTestFinished(() => proxy.stop(true));
    const address = `127.0.0.1:${proxy.port}`;
    const named = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace("PROXY", address)]),
    );
    setAll(named);
    const isThrough = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MAX_MS) }).then(
      ({ status }) => status === 418,
      () => false,
    );
    expect(proxyOf(url, named)?.address).toBe(isThrough ? `http://${address}` : undefined);
  },
  2 * ANSWER_MAX_MS,
);
