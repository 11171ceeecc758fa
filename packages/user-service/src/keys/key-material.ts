import { jwt } from "@elysiajs/jwt";
import { TOKEN_AUDIENCE } from "@pos/contracts/auth";
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { Binary } from "mongodb";
import type { PublicJwk } from "./domain.ts";
import { open, seal } from "./envelope.ts";
import type { SigningKeyDocument } from "./repository.ts";

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
}): Promise<SigningKeyDocument> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const { x, y } = await exportJWK(publicKey);
  if (x === undefined || y === undefined) throw new Error("not an elliptic curve key");
  const kid = await calculateJwkThumbprint({ kty: "EC", crv: "P-256", x, y });
  const privateJwk = JSON.stringify(await exportJWK(privateKey));
  return {
    _id: kid,
    sequence: options.sequence,
    publicJwk: { kty: "EC", crv: "P-256", x, y, kid, alg: "ES256", use: "sig" },
    sealed: new Binary(seal(privateJwk, { secret: options.encryptionSecret, context: kid })),
    createdAt: options.createdAt,
    signsFrom: options.signsFrom,
  };
}

/** Opens a stored key. @throws Error when it was sealed with another secret */
export async function openKey(
  document: SigningKeyDocument,
  { encryptionSecret, issuer }: { encryptionSecret: string; issuer: string },
): Promise<LoadedKey> {
  const { _id: id, publicJwk, createdAt, signsFrom } = document;
  let privateJwk: JWK;
  try {
    privateJwk = JSON.parse(open(document.sealed.value(), { secret: encryptionSecret, context: id })) as JWK;
  } catch (cause) {
    throw new Error("KEY_ENCRYPTION_KEY is not the one that the stored signing keys were encrypted with", { cause });
  }
  return {
    id,
    publicJwk,
    publicKey: (await importJWK(publicJwk, "ES256")) as CryptoKey,
    sign: signer(id, (await importJWK(privateJwk, "ES256")) as CryptoKey, issuer),
    createdAt,
    signsFrom,
    verifiesUntil: document.verifiesUntil,
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
