import { expect, test } from "bun:test";
import type { Io } from "../io.ts";
import { databaseUris } from "./database-uris.ts";
import { stackLayout } from "./layout.ts";

const urisOf = (env: Record<string, string>) => {
  const io = { env, cwd: "/nowhere" } as unknown as Io;
  return databaseUris(stackLayout(io, "/nowhere"), io);
};

test("a connection string of one service names its database, one of all three need not", async () => {
  const shared = { MONGO_URI: "mongodb://h/?replicaSet=rs0" };
  expect(await urisOf({ ...shared, USER_MONGO_URI: "mongodb://u/users" })).toEqual({
    user: "mongodb://u/users",
    product: "mongodb://h/productdb?replicaSet=rs0",
    order: "mongodb://h/orderdb?replicaSet=rs0",
  });
  for (const uri of ["mongodb://u", "mongodb://u/", "mongodb://u/?replicaSet=rs0"])
    await expect(urisOf({ ...shared, USER_MONGO_URI: uri })).rejects.toThrow(
      "USER_MONGO_URI must name a database after its hosts.",
    );
});
