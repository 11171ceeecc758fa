import { createHash } from "node:crypto";

/** Addresses and names of accounts are personal data: the counters hold their digests only. */
export const digestOf = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** Whole seconds until a window ends, at least 1: what Retry-After says. */
export const secondsUntil = (expiresAt: Date, now: Date): number =>
  Math.max(1, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
