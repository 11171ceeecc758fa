import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** bcrypt reads no further; a longer password is replaced by its SHA-512, as `Bun.password` does it. */
const KEY_MAX_BYTES = 72;

/** bcrypt on threads beside the event loop. */
export interface Bcrypt {
  /** @param cost 4..31; each one more doubles the time */
  hash(password: string, cost: number): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

type Compiled = typeof import("bcrypt/prebuilds/*");

/** The compiled files that may fit a machine. Every path is written out, so that a bundle takes the files along. */
const compiledFor: Readonly<Record<string, readonly (() => Compiled)[]>> = {
  "linux-x64": [
    () => require("bcrypt/prebuilds/linux-x64/bcrypt.glibc.node"),
    () => require("bcrypt/prebuilds/linux-x64/bcrypt.musl.node"),
  ],
  "linux-arm64": [
    () => require("bcrypt/prebuilds/linux-arm64/bcrypt.glibc.node"),
    () => require("bcrypt/prebuilds/linux-arm64/bcrypt.musl.node"),
  ],
  "darwin-x64": [() => require("bcrypt/prebuilds/darwin-x64/bcrypt.node")],
  "darwin-arm64": [() => require("bcrypt/prebuilds/darwin-arm64/bcrypt.node")],
};

/**
 * bcrypt of node.bcrypt.js, which takes an eighth less time than Bun's; Bun's own where no compiled file of it fits.
 * Both make the same hash of a password, so either verifies what the other has made (ADR 0021).
 * @param platform operating system and processor, such as linux-x64
 */
export function loadBcrypt(platform: string = `${process.platform}-${process.arch}`): Bcrypt {
  for (const load of compiledFor[platform] ?? []) {
    try {
      return compiledBcrypt(load());
    } catch {
      // It is for the other C library.
    }
  }
  return bunBcrypt;
}

const bunBcrypt: Bcrypt = {
  hash: (password, cost) => Bun.password.hash(password, { algorithm: "bcrypt", cost }),
  verify: (password, hash) => Bun.password.verify(password, hash, "bcrypt"),
};

function compiledBcrypt(compiled: Compiled): Bcrypt {
  const encrypt = (password: string, salt: string) =>
    new Promise<string>((resolve, reject) => {
      compiled.encrypt(keyOf(password), salt, (error, hash) => (error ? reject(error) : resolve(hash)));
    });
  return {
    hash: (password, cost) => encrypt(password, compiled.gen_salt_sync("b", cost, randomBytes(16))),
    verify: async (password, hash) => isEqual(await encrypt(password, hash), hash),
  };
}

function keyOf(password: string): Uint8Array {
  const bytes = Buffer.from(password, "utf8");
  return bytes.length > KEY_MAX_BYTES ? createHash("sha512").update(bytes).digest() : bytes;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
