import { findMongod } from "../find.ts";

/** The mongod that all tests of this package run: whatever this machine's own finder finds, fetched when there is none. */
export async function testBinary(): Promise<string> {
  const found = await findMongod({ env: process.env, log: () => {} });
  return found.path;
}
