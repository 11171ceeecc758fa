import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  changeUserConfig,
  configDir,
  type Credentials,
  credentialsPath,
  readCredentials,
  readUserConfig,
  writeCredentials,
} from "./config-files.ts";

const urls = { userUrl: "http://u", productUrl: "http://p", orderUrl: "http://o" };
const names = ["a", "b", "c", "d", "e", "f"];
let env: Record<string, string>;

beforeEach(async () => void (env = { XDG_CONFIG_HOME: await mkdtemp(join(tmpdir(), "ordersctl-config-")) }));
afterEach(() => rm(env["XDG_CONFIG_HOME"] ?? "", { recursive: true }));

const signIn = (email: string): Credentials => ({ ...urls, email, userId: "1", token: email, expiresAtMs: 0 });

test("sign-ins that are kept at once are all kept, and nothing else stays behind", async () => {
  await Promise.all(names.map((name) => writeCredentials(env, name, signIn(name))));
  expect(Object.keys(await readCredentials(env)).toSorted()).toEqual(names);
  expect(await readdir(configDir(env))).toEqual(["credentials.json"]);
});

test("profiles that are kept at once are all kept", async () => {
  const keep = (name: string) =>
    changeUserConfig(env, (config) => ({ ...config, profiles: { ...config.profiles, [name]: urls } }));
  await Promise.all(names.map(keep));
  expect(Object.keys((await readUserConfig(env)).profiles).toSorted()).toEqual(names);
});

test("a command that was killed while it wrote holds up nobody, and those after it lose nothing", async () => {
  await mkdir(configDir(env));
  for (let round = 0; round < 10; round++) {
    const lock = `${credentialsPath(env)}.lock`;
    await writeFile(lock, JSON.stringify({ pid: process.pid, birth: "long ago" }));
    await Promise.all(names.map((name) => writeCredentials(env, `${name}${round}`, signIn(name))));
  }
  expect(Object.keys(await readCredentials(env))).toHaveLength(10 * names.length);
  expect(await readdir(configDir(env))).toEqual(["credentials.json"]);
});

test("where nothing can be kept that is said", async () => {
  await writeFile(configDir(env), "");
  const kept = changeUserConfig(env, (config) => config);
  await expect(kept).rejects.toThrow(`${configDir(env)} cannot be used as a folder: there is a file of this name.`);
});

test("a system that tells no birth of processes, as Windows, keeps sign-ins too", async () => {
  const program = `Object.defineProperty(process, "platform", { value: "win32" });
    const { changeUserConfig } = await import("${join(import.meta.dir, "config-files.ts")}");
    await changeUserConfig(process.env, (config) => ({ ...config, currentProfile: "a" }));`;
  const { exited } = Bun.spawn([process.execPath, "-e", program], { env: { ...env, PATH: "/none" } });
  expect([await exited, (await readUserConfig(env)).currentProfile]).toEqual([0, "a"]);
});
