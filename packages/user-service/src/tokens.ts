import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, as the refresh and mailed tokens carry them: 43 base64url characters. */
export const newOpaqueToken = (): string => randomBytes(32).toString("base64url");

/**
 * The form in which an opaque token is stored. A fast hash without salt is right for 256 random bits: there is nothing
 * to guess, and equal tokens do not occur.
 */
export const hashOfToken = (token: string): string => createHash("sha256").update(token).digest("hex");
