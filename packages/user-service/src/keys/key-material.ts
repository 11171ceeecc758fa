import { jwt } from "@elysiajs/jwt";
import { TOKEN_AUDIENCE } from "@pos/contracts/tokens";
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type { PublicJwk, SigningKey } from "./domain.ts";
import { open, seal } from "./envelope.ts";

/** Claims of an access token beside issuer, audience and times. */
export interface Claims {
  sub: string;
  role: string;
  /** Session that the token belongs to. */
  sid?: string;
  /** Scopes of a service, separated by blanks (RFC 9068). */
  scope?: string;
}

/** A key that is ready to sign and to verify. */
export interface LoadedKey {
  readonly id: string;
  readonly publicJwk: PublicJwk;
  readonly publicKey: CryptoKey;
  /** @param claims `exp` in seconds since the epoch */
  sign(claims: Claims & { exp: number }): Promise<string>;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  readonly verifiesUntil: Date | undefined;
}

/** Makes a P-256 key pair whose private half is sealed. */
export async function makeKey(options: {
  sequence: number;
  createdAt: Date;
  signsFrom: Date;
  encryptionSecret: string;
}): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { x, y } = await exportJWK(publicKey);
  if (x === undefined || y === undefined) throw new Error("not an elliptic curve key");
  const kid = await calculateJwkThumbprint({ kty: "EC", crv: "P-256", x, y });
  const privateJwk = JSON.stringify(await exportJWK(privateKey));
  return {
    id: kid,
    sequence: options.sequence,
    publicJwk: { kty: "EC", crv: "P-256", x, y, kid, alg: "ES256", use: "sig" },
    sealed: seal(privateJwk, { secret: options.encryptionSecret, context: kid }),
    createdAt: options.createdAt,
    signsFrom: options.signsFrom,
  };
}

/** Opens a stored key. @throws Error when it was sealed with another secret */
export async function openKey(
  stored: SigningKey,
  { encryptionSecret, issuer }: { encryptionSecret: string; issuer: string },
): Promise<LoadedKey> {
  const { id, publicJwk, createdAt, signsFrom } = stored;
  let privateJwk: JWK;
  try {
    privateJwk = JSON.parse(open(stored.sealed, { secret: encryptionSecret, context: id })) as JWK;
  } catch (cause) {
    throw new Error("KEY_ENCRYPTION_KEY is not the one that the stored signing keys were encrypted with", { cause });
  }
  return {
    id,
    publicJwk,
    publicKey: await importKey(publicJwk),
    sign: signer(id, await importKey(privateJwk), issuer),
    createdAt,
    signsFrom,
    verifiesUntil: stored.verifiesUntil,
  };
}

/** The plugin holds one key, so each key has an instance of its own; only its signer is used. */
function signer(keyId: string, privateKey: CryptoKey, issuer: string): LoadedKey["sign"] {
  const { sign } = jwt({
    name: "jwt",
    secret: privateKey,
    alg: "ES256",
    kid: keyId,
    typ: "JWT",
    iss: issuer,
    aud: TOKEN_AUDIENCE,
  }).decorator.jwt;
  return (claims) => sign({ ...claims });
}

/** A JWK of an elliptic curve becomes a key, never the bytes that a symmetric one would be. */
async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, "ES256");
  if (key instanceof Uint8Array) throw new Error("not an elliptic curve key");
  return key;
}
