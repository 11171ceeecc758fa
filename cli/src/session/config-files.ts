import { dirname, join } from "node:path";
import { baseDirectory } from "@pos/local-mongodb/base-directory";
import { sleep } from "../environment.ts";
import { CliError } from "../errors.ts";
import { ensureFolder, isObject, type JsonObject, readJsonObject, textField, writePrivateJson } from "../files.ts";
import type { Io } from "../io.ts";

/** Addresses of the three services. */
export interface Urls {
  readonly userUrl: string;
  readonly productUrl: string;
  readonly orderUrl: string;
}

/** The user's own file: profiles and preferences. */
export interface UserConfig {
  readonly currentProfile?: string;
  readonly profiles: Readonly<Record<string, Partial<Urls>>>;
  readonly preferences: JsonObject;
}

/** A sign-in, and the addresses it may be sent to. */
export interface Credentials extends Urls {
  readonly email: string;
  readonly userId: string;
  readonly token: string;
  readonly refreshToken?: string;
  /** When the access token ends, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Name of the file that a project may keep beside its code; it never holds a secret. */
export const PROJECT_FILE = ".ordersctl.json";
const PARENTS_MAX = 40;
/** A change takes milliseconds. */
const LOCK_WAIT_MAX_MS = 10_000;
const LOCK_PAUSE_MS = 10;

/** `$XDG_CONFIG_HOME/ordersctl`, else `~/.config/ordersctl` (XDG Base Directory Specification). */
export const configDir = (env: Io["env"]): string => join(baseDirectory(env, "XDG_CONFIG_HOME"), "ordersctl");

/** @throws {CliError} when nothing can be kept in it */
export const ensureConfigDir = (env: Io["env"]): Promise<void> =>
  ensureFolder(configDir(env), "set XDG_CONFIG_HOME to a folder of your own");

export const userConfigPath = (env: Io["env"]): string => join(configDir(env), "config.json");
export const credentialsPath = (env: Io["env"]): string => join(configDir(env), "credentials.json");

/** @throws {CliError} when the file is damaged */
export async function readUserConfig(env: Io["env"]): Promise<UserConfig> {
  const { currentProfile, profiles, ...preferences } = (await readJsonObject(userConfigPath(env))) ?? {};
  const known = isObject(profiles) ? Object.entries(profiles).filter(([, value]) => isObject(value)) : [];
  return {
    ...(typeof currentProfile === "string" ? { currentProfile } : {}),
    profiles: Object.fromEntries(known.map(([name, value]) => [name, readUrls(value as JsonObject)])),
    preferences,
  };
}

/** Reads the user's file, and writes what `change` makes of it. */
export function changeUserConfig(env: Io["env"], change: (config: UserConfig) => UserConfig): Promise<void> {
  const path = userConfigPath(env);
  return alone(env, path, async () => {
    const { preferences, currentProfile, profiles } = change(await readUserConfig(env));
    await writePrivateJson(path, { ...preferences, currentProfile, profiles });
  });
}

/** The nearest project file in the working directory or above it, with its path. */
export async function readProjectFile(cwd: string): Promise<{ path: string; values: JsonObject } | undefined> {
  let folder = cwd;
  for (let level = 0; level < PARENTS_MAX; level++) {
    const path = join(folder, PROJECT_FILE);
    const values = await readJsonObject(path);
    if (values !== undefined) return { path, values };
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return undefined;
}

/** All sign-ins by profile. */
export async function readCredentials(env: Io["env"]): Promise<Readonly<Record<string, Credentials>>> {
  const file = (await readJsonObject(credentialsPath(env))) ?? {};
  return Object.fromEntries(
    Object.entries(file).filter((entry): entry is [string, Credentials] => isCredentials(entry[1])),
  );
}

/** Keeps or forgets the sign-in of one profile. */
export function writeCredentials(env: Io["env"], profile: string, value: Credentials | undefined): Promise<void> {
  const path = credentialsPath(env);
  return alone(env, path, async () => {
    const { [profile]: _, ...others } = await readCredentials(env);
    await writePrivateJson(path, value === undefined ? others : { ...others, [profile]: value });
  });
}

/**
 * Changes a file while no other process does: of two that read, change and write it at once, one change would be lost.
 * @throws {CliError} when nothing can be kept beside it, or others hold its lock for 10 s
 */
async function alone(env: Io["env"], path: string, change: () => Promise<void>): Promise<void> {
  await ensureConfigDir(env);
  const { takeLock } = await import("../lock.ts");
  for (const endMs = Date.now() + LOCK_WAIT_MAX_MS; ; await sleep(LOCK_PAUSE_MS)) {
    const lock = await takeLock(`${path}.lock`);
    if ("holder" in lock) {
      if (Date.now() <= endMs) continue;
      const why = [`Process ${lock.holder.pid} holds its lock.`];
      throw new CliError(`${path} is being changed by another process.`, { why });
    }
    try {
      return await change();
    } finally {
      await lock.release();
    }
  }
}

function isCredentials(value: unknown): value is Credentials {
  if (!isObject(value)) return false;
  const texts = ["userUrl", "productUrl", "orderUrl", "email", "userId", "token"];
  return texts.every((name) => typeof value[name] === "string") && typeof value["expiresAtMs"] === "number";
}

function readUrls(value: JsonObject): Partial<Urls> {
  const userUrl = textField(value, "userUrl");
  const productUrl = textField(value, "productUrl");
  const orderUrl = textField(value, "orderUrl");
  return {
    ...(userUrl === undefined ? {} : { userUrl }),
    ...(productUrl === undefined ? {} : { productUrl }),
    ...(orderUrl === undefined ? {} : { orderUrl }),
  };
}
