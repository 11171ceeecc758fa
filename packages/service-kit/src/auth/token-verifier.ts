import { TOKEN_AUDIENCE } from "@pos/contracts/tokens";
import type { Role } from "@pos/contracts/users";
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import { AppError } from "../http/app-error.ts";
import type { Clock } from "../lifecycle/clock.ts";
import type { Identity } from "./identity.ts";
import type { KeySource } from "./key-cache.ts";

/** Turns an access token into an identity. */
export interface TokenVerifier {
  /** @throws {AppError} UNAUTHORIZED for any token that is not valid now, SERVICE_UNAVAILABLE when nobody can tell */
  verify(token: string): Promise<Identity>;
}

interface VerifiedToken {
  readonly identity: Identity;
  readonly keyId: string;
  readonly expiresAtMs: number;
}

const CACHE_MAX_TOKENS = 10_000;
const TOKEN_MAX_LENGTH = 4096;
const roles: readonly Role[] = ["customer", "admin", "service"];

/**
 * Verifies ES256 access tokens (algorithm pinned, RFC 8725) against the issuer's keys. Tokens that were verified are
 * remembered until they expire or their key disappears, 10,000 at most.
 */
export function createTokenVerifier(options: { keys: KeySource; issuer: string; clock: Clock }): TokenVerifier {
  const verified = new Map<string, VerifiedToken>();
  return {
    async verify(token) {
      const known = verified.get(token);
      if (known !== undefined) {
        if (known.expiresAtMs > options.clock.now() && (await options.keys.find(known.keyId))) return known.identity;
        verified.delete(token);
      }
      const fresh = await verifyToken(token, options).catch((cause: unknown) => {
        if (cause instanceof AppError) throw cause;
        throw new AppError("UNAUTHORIZED", "The access token is not valid or has expired. Sign in again.", { cause });
      });
      if (verified.size >= CACHE_MAX_TOKENS) verified.delete(verified.keys().next().value ?? "");
      verified.set(token, fresh);
      return fresh.identity;
    },
  };
}

async function verifyToken(
  token: string,
  options: { keys: KeySource; issuer: string; clock: Clock },
): Promise<VerifiedToken> {
  if (token.length > TOKEN_MAX_LENGTH) throw new Error("token too long");
  const { kid, alg } = decodeProtectedHeader(token);
  if (typeof kid !== "string" || alg !== "ES256") throw new Error("header without kid or with another algorithm");
  const key = await options.keys.find(kid);
  if (key === undefined) throw new Error("unknown key");
  const { payload } = await jwtVerify(token, key, {
    algorithms: ["ES256"],
    issuer: options.issuer,
    audience: TOKEN_AUDIENCE,
    requiredClaims: ["sub", "exp", "iat", "role"],
    currentDate: new Date(options.clock.now()),
  });
  return { identity: identityOf(payload), keyId: kid, expiresAtMs: Number(payload.exp) * 1000 };
}

function identityOf(payload: JWTPayload): Identity {
  const role = roles.find((candidate) => candidate === payload["role"]);
  if (role === undefined || typeof payload.sub !== "string" || payload.sub === "") throw new Error("claims");
  const sessionId = payload["sid"];
  return Object.freeze({ subject: payload.sub, role, ...(typeof sessionId === "string" ? { sessionId } : {}) });
}
