import { KeySet } from "@pos/contracts/auth";
import { Value } from "@sinclair/typebox/value";

const FETCH_MAX_MS = 2000;

/**
 * Asks the issuer for its public keys.
 * @param jwksUrl address of the key set
 * @returns one request, at most 2 s long; it rejects when there is no answer of the right form
 */
export const remoteKeys = (jwksUrl: string) => async (): Promise<KeySet> => {
  const answer = await fetch(jwksUrl, { signal: AbortSignal.timeout(FETCH_MAX_MS), redirect: "error" });
  const body: unknown = await answer.json();
  if (!answer.ok || !Value.Check(KeySet, body)) throw new Error(`no key set at ${jwksUrl}: status ${answer.status}`);
  return body;
};
