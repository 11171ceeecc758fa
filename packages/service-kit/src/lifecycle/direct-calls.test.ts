import { afterAll, beforeAll, expect, test } from "bun:test";
import { callDirectly } from "./direct-calls.ts";

const servers: ReturnType<typeof Bun.serve>[] = [];
const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));

let proxy: string;
let service: string;
beforeAll(() => {
  const serve = (text: string) => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(text) });
    servers.push(server);
    return server.url.origin;
  };
  proxy = serve("proxy");
  service = serve("service");
});
afterAll(async () => {
  setAll(before);
  await Promise.all(servers.map((server) => server.stop(true)));
});

function setAll(values: Readonly<Record<string, string | undefined>>): void {
  for (const name of names) {
    if (values[name] === undefined) delete process.env[name];
    else process.env[name] = values[name];
  }
}

const ask = async (url: string) => (await fetch(url)).text();

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) {
  test(`a proxy of ${variable} sees no call to an http address of the configuration`, async () => {
    setAll({ [variable]: proxy });
    expect(await ask(service)).toBe("proxy");
    callDirectly({ userServiceUrl: service, port: 3003 }, process.env);
    expect([await ask(service), await ask(`${service}/auth/token`)]).toEqual(["service", "service"]);
    expect(await ask("http://elsewhere.test/")).toBe("proxy");
  });
}

test("what NO_PROXY names already stays named, in either spelling", async () => {
  for (const variable of ["NO_PROXY", "no_proxy"]) {
    setAll({ HTTP_PROXY: proxy, [variable]: "127.0.0.1" });
    callDirectly({ jwksUrl: "http://user-service:3001/.well-known/jwks.json" }, process.env);
    expect(await ask(service)).toBe("service");
  }
});

test("https goes the way that the environment names: a tunnel shows nothing", () => {
  setAll({});
  callDirectly({ jwksUrl: "https://users.example.com/.well-known/jwks.json", mongoUri: undefined }, process.env);
  expect([process.env["NO_PROXY"], process.env["no_proxy"]]).toEqual([undefined, undefined]);
});
