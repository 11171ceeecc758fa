// The package's own types describe its JavaScript; these are the compiled files beneath it.
declare module "bcrypt/prebuilds/*" {
  /** A salt with its prefix, cost and 16 random bytes, as `encrypt` takes it. */
  export function gen_salt_sync(minorVersion: "b", cost: number, random: Uint8Array): string;
  /** Hashes with the prefix, cost and salt that `salt` begins with; a whole hash will do. */
  export function encrypt(
    key: Uint8Array,
    salt: string,
    done: (error: Error | null | undefined, hash: string) => void,
  ): void;
}
