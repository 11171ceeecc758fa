import type { KeySet } from "@pos/contracts/auth";
import { type CryptoKey, importJWK, type JWK } from "jose";
import { unavailable } from "../http/app-error.ts";
import type { Clock } from "../lifecycle/clock.ts";

/** The public keys that verify tokens. */
export interface KeySource {
  /**
   * The key with this id; undefined when the issuer does not (or no longer) publish it.
   * @throws {AppError} SERVICE_UNAVAILABLE when nobody can tell, because the issuer was never reached
   */
  find(keyId: string): Promise<CryptoKey | undefined>;
}

const REFRESH_AFTER_MS = 30_000;
const STALE_AFTER_MS = 50_000;
const RETRY_AFTER_MS = 5000;
/** The pause between two fetches while there is no set at all: until then no request can be served. */
const FIRST_RETRY_AFTER_MS = 500;
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;
const KEYS_MAX = 100;
/** Ages are told by it: a wall clock that is set back would make an old set look fresh until it has caught up. */
const steadyClock: Pick<Clock, "now"> = { now: () => performance.now() };

/**
 * Keeps an issuer's key set: refreshed in the background after 30 s and waited for after 50 s, so that a key that was
 * revoked is gone within 60 s. While the issuer is out of reach the last set goes on; without a set no token is called
 * invalid. An unknown key id causes at most one fetch in 30 s, however many ids are tried.
 * @param fetchKeys one request for the key set, bounded in time by the caller; rejects when there is no answer
 * @param clock one that is never set back; the process's own when absent
 */
export function createKeyCache(fetchKeys: () => Promise<KeySet>, clock: Pick<Clock, "now"> = steadyClock): KeySource {
  let keys: ReadonlyMap<string, CryptoKey> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let lookedForUnknownAt = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  const hasSet = () => fetchedAt !== Number.NEGATIVE_INFINITY;
  const noSet = () => unavailable("The keys that verify access tokens cannot be fetched. Try again.", failure);
  const refresh = () =>
    (inFlight ??= importKeys(fetchKeys)
      .then((fetched) => {
        keys = fetched;
        fetchedAt = clock.now();
      })
      .catch((error: unknown) => {
        failedAt = clock.now();
        failure = error;
      })
      .finally(() => {
        inFlight = undefined;
      }));

  return {
    async find(keyId) {
      const now = clock.now();
      const retryAfterMs = hasSet() ? RETRY_AFTER_MS : FIRST_RETRY_AFTER_MS;
      if (now - fetchedAt > REFRESH_AFTER_MS && now - failedAt > retryAfterMs) {
        const refreshed = refresh();
        if (now - fetchedAt > STALE_AFTER_MS) await refreshed;
      }
      const key = keys.get(keyId);
      if (key !== undefined) return key;
      if (inFlight) await inFlight;
      else if (!hasSet()) throw noSet();
      else if (now - fetchedAt > 1000 && now - lookedForUnknownAt > UNKNOWN_KEY_COOLDOWN_MS) {
        lookedForUnknownAt = now;
        await refresh();
      }
      if (!hasSet()) throw noSet();
      return keys.get(keyId);
    },
  };
}

async function importKeys(fetchKeys: () => Promise<KeySet>): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = await fetchKeys();
  const imported = await Promise.all(
    keys.slice(0, KEYS_MAX).map(async (key) => [key.kid, (await importJWK(key as JWK, "ES256")) as CryptoKey] as const),
  );
  return new Map(imported);
}
