import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a data directory keeps so that the same database asks for the same password after every restart. */
export interface Secrets {
  readonly credentials: Credentials;
  readonly keyFile: string;
}

/** Reads the key file and the administrator's password of a data directory, made at the first call, both 0600. */
export async function secretsOf(dataDir: string): Promise<Secrets> {
  const keyFile = join(dataDir, "keyfile");
  const credentialsFile = join(dataDir, "credentials.json");
  // mongod takes 6 to 1,024 characters of base64.
  if (!existsSync(keyFile)) await writeOnce(keyFile, `${randomBytes(576).toString("base64")}\n`);
  if (!existsSync(credentialsFile)) {
    const made: Credentials = { username: "admin", password: randomBytes(24).toString("base64url") };
    await writeOnce(credentialsFile, `${JSON.stringify(made)}\n`);
  }
  await Promise.all([chmod(keyFile, 0o600), chmod(credentialsFile, 0o600)]);
  return { credentials: parse(await readFile(credentialsFile, "utf8"), credentialsFile), keyFile };
}

/** A start that is killed half-way leaves the whole file or none; of two starts at once the first one's file stays. */
async function writeOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function parse(text: string, file: string): Credentials {
  try {
    const { username, password } = JSON.parse(text) as Record<string, unknown>;
    if (typeof username === "string" && typeof password === "string") return { username, password };
  } catch {
    // Told below, the same as a wrong shape.
  }
  throw new Error(`${file} is damaged: put back {"username", "password"} of the database's administrator`);
}
