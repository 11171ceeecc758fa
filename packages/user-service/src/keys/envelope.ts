import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a small secret: AES-256-GCM under a key that HKDF-SHA256 derives from `secret` and a random salt.
 * @param context what the text belongs to; opening it under another context fails
 * @returns salt, nonce, tag and ciphertext in one
 */
export function seal(plaintext: string, { secret, context }: { secret: string; context: string }): Uint8Array {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret, salt), nonce).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), ciphertext]);
}

/** Opens what `seal` made. @throws when the secret or the context is another one, or the bytes were changed */
export function open(sealed: Uint8Array, { secret, context }: { secret: string; context: string }): string {
  const bytes = Buffer.from(sealed);
  const nonceAt = SALT_BYTES;
  const tagAt = nonceAt + NONCE_BYTES;
  const textAt = tagAt + TAG_BYTES;
  const key = keyOf(secret, bytes.subarray(0, nonceAt));
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(nonceAt, tagAt))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(tagAt, textAt));
  return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]).toString("utf8");
}

function keyOf(secret: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, salt, "product-order-system signing key", 32));
}
