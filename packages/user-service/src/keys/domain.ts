import { type KeySet } from "@pos/contracts/auth";
import { ACCESS_TOKEN_SECONDS } from "@pos/contracts/tokens";

export type PublicJwk = KeySet["keys"][number];

/** A signing key; the private half is sealed. */
export interface SigningKey {
  /** Thumbprint of the public key (RFC 7638). */
  readonly id: string;
  /** 1, 2, 3 …, unique: of replicas that make a key at the same time one wins. */
  readonly sequence: number;
  readonly publicJwk: PublicJwk;
  readonly sealed: Uint8Array;
  readonly createdAt: Date;
  /** From then on new tokens are signed with it, until a later key's time has come. */
  readonly signsFrom: Date;
  /** Tokens of this key are refused from then on; absent for the newest key. */
  readonly verifiesUntil?: Date;
}

/**
 * How long a new key is published before it signs, in milliseconds: the caches of keys are at most 60 s old, so every
 * verifier knows it by then.
 */
export const PUBLISH_BEFORE_SIGNING_MS = 120_000;
/** How long a key verifies after the last token that it can have signed, in milliseconds, for clocks that differ. */
const MARGIN_MS = 120_000;

/** When a key may go whose successor signs from `successorSignsFrom` on: when its last token has expired. */
export function verifiesUntil(successorSignsFrom: Date): Date {
  return new Date(successorSignsFrom.getTime() + ACCESS_TOKEN_SECONDS * 1000 + MARGIN_MS);
}

/**
 * The key that signs at `nowMs`: the newest whose time has come. If there is none, the oldest was made by a clock that
 * was ahead, of another replica or of this one before it was set back. It signs, or nobody could sign in.
 */
export function signingKeyAt<Key extends { readonly signsFrom: Date }>(
  oldestFirst: readonly Key[],
  nowMs: number,
): Key | undefined {
  return oldestFirst.findLast(({ signsFrom }) => signsFrom.getTime() <= nowMs) ?? oldestFirst[0];
}
