import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tools } from "../tools.ts";
import { type World, world } from "../test/world.ts";
import { openDatabases } from "./sources.ts";

let user: World;
beforeAll(async () => {
  user = await world();
});
afterAll(() => user.remove());

const passwords = "USERDB_PASSWORD=u\nPRODUCTDB_PASSWORD='p/1'\nORDERDB_PASSWORD=o\n";

/** The databases that `--compose` means with this .env. */
async function ofCompose(variables: string) {
  await writeFile(join(user.home, ".env"), variables);
  const tools = { io: { env: {}, cwd: user.home } } as unknown as Tools;
  const signal = new AbortController().signal;
  return (await openDatabases({ compose: true, stopped: false, signal }, tools)).uris;
}

test("--compose means the users and ports of compose.yaml", async () => {
  const uris = Object.entries(await ofCompose(passwords)).map(([name, text]) => {
    const { username, password, host, pathname, search } = new URL(text);
    return [name, username, decodeURIComponent(password), host, pathname, search];
  });
  expect(uris).toEqual([
    ["userdb", "user-service", "u", "127.0.0.1:27017", "/userdb", "?directConnection=true"],
    ["productdb", "product-service", "p/1", "127.0.0.1:27018", "/productdb", "?directConnection=true"],
    ["orderdb", "order-service", "o", "127.0.0.1:27019", "/orderdb", "?directConnection=true"],
  ]);
});

test("--compose means the ports that its .env names", async () => {
  const ports = "MONGODB_USER_PORT=37017\nMONGODB_PRODUCT_PORT=37018\nMONGODB_ORDER_PORT=\n";
  const { userdb, productdb, orderdb } = await ofCompose(passwords + ports);
  expect([userdb, productdb, orderdb].map((uri) => new URL(uri).port)).toEqual(["37017", "37018", "27019"]);
});

test("--compose wants the passwords of its .env", async () => {
  await expect(ofCompose("USERDB_PASSWORD=u\n")).rejects.toThrow(
    `${join(user.home, ".env")} has no PRODUCTDB_PASSWORD.`,
  );
});

test("the connection strings of the environment each name their database", async () => {
  const env = { USER_MONGO_URI: "mongodb://h/u", PRODUCT_MONGO_URI: "mongodb://h/p", ORDER_MONGO_URI: "mongodb://h/" };
  const open = openDatabases({ stopped: false, signal: new AbortController().signal }, {
    io: { env, cwd: user.home },
  } as unknown as Tools);
  await expect(open).rejects.toThrow("ORDER_MONGO_URI must name a database after its hosts.");
});
