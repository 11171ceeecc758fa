import type { KeySet } from "@pos/contracts/auth";
import { AppError, unavailable } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import type { KeySource } from "@pos/service-kit/key-cache";
import type { Logger } from "@pos/service-kit/logger";
import type { BackgroundWork } from "@pos/service-kit/run-service";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import type { CryptoKey } from "jose";
import { inTime } from "../in-time.ts";
import { PUBLISH_BEFORE_SIGNING_MS, type SigningKey, signingKeyAt, verifiesUntil } from "./domain.ts";
import { type Claims, type LoadedKey, makeKey, openKey } from "./key-material.ts";
import type { KeyRepository } from "./repository.ts";

/** How often a replica looks for keys that another one made or revoked, in milliseconds. */
const RELOAD_EVERY_MS = 1000;
/** Unknown key ids make it look at most this often, in milliseconds. */
const UNKNOWN_KEY_COOLDOWN_MS = 1000;
/** How long the key set waits for the database, in milliseconds: half as long as verifiers wait for the key set. */
const KEY_SET_WAIT_MS = 1000;
/** A rotation ends sooner, though clocks of replicas differ: a key that signs later was made by one that was ahead. */
const UNDER_WAY_MAX_MS = 2 * PUBLISH_BEFORE_SIGNING_MS;

interface KeyRingTools {
  readonly repository: KeyRepository;
  readonly encryptionSecret: string;
  readonly issuer: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The signing keys of this issuer, shared by its replicas through the database. It signs with the newest key whose time
 * has come and verifies with all that have not ended.
 */
export class KeyRing implements KeySource, BackgroundWork {
  readonly #tools: KeyRingTools;
  #keys: readonly LoadedKey[] = [];
  #loading: Promise<void> | undefined;
  /** The last look for an unknown key, and when it began. */
  #looking: Promise<void> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  private constructor(tools: KeyRingTools) {
    this.#tools = tools;
  }

  /**
   * Opens the ring, with a first key when there is none.
   * @throws Error when the stored keys do not open with the encryption secret
   */
  static async open(tools: KeyRingTools): Promise<KeyRing> {
    const ring = new KeyRing(tools);
    if ((await tools.repository.newest()) === undefined) {
      const key = await ring.#newKey(1, new Date(tools.clock.now()));
      if (await tools.repository.add(key)) tools.logger.info({ keyId: key.id }, "made the first signing key");
    }
    await ring.#reload();
    return ring;
  }

  async find(keyId: string): Promise<CryptoKey | undefined> {
    const known = this.#verifying().find(({ id }) => id === keyId);
    if (known !== undefined) return known.publicKey;
    const nowMs = this.#tools.clock.now();
    if (nowMs - this.#lookedAtMs > UNKNOWN_KEY_COOLDOWN_MS) {
      this.#lookedAtMs = nowMs;
      this.#looking = this.#lookAnew();
    }
    await this.#looking?.catch((error: unknown) => {
      throw unavailable("The keys that verify access tokens cannot be read. Try again.", error);
    });
    return this.#verifying().find(({ id }) => id === keyId)?.publicKey;
  }

  /**
   * What GET /.well-known/jwks.json returns: the keys as they are stored now, since a verifier that misses a new key of
   * another replica asks again only after 30 s. While the database does not answer, the keys that were known last.
   */
  async publicKeys(): Promise<KeySet> {
    const { clock } = this.#tools;
    const looked = this.#lookAnew().catch(() => undefined);
    const late = () => undefined;
    await untilDeadline(looked, { deadlineAtMs: clock.now() + KEY_SET_WAIT_MS, clock, late });
    return { keys: this.#verifying().map(({ publicJwk }) => publicJwk) };
  }

  /** Signs an access token that lasts `lifeSeconds`. */
  async sign(claims: Claims, lifeSeconds: number): Promise<string> {
    const nowMs = this.#tools.clock.now();
    const key = signingKeyAt(this.#verifying(), nowMs);
    if (key === undefined) throw new Error("there is no signing key");
    return key.sign({ ...claims, exp: Math.floor(nowMs / 1000) + lifeSeconds });
  }

  /** The keys with their times, oldest first, and which of them signs now. */
  list(): { id: string; createdAt: Date; signsFrom: Date; verifiesUntil: Date | undefined; signs: boolean }[] {
    const keys = this.#verifying();
    const signing = signingKeyAt(keys, this.#tools.clock.now());
    return keys.map(({ id, createdAt, signsFrom, verifiesUntil: end }) => ({
      id,
      createdAt,
      signsFrom,
      verifiesUntil: end,
      signs: id === signing?.id,
    }));
  }

  /**
   * Makes the next key. It is published now and signs two minutes later; the old one verifies until its last token has
   * expired, so nobody is signed out. With `revoke` it signs at once and every older key is dropped.
   * @throws {AppError} CONFLICT while another rotation is under way; SERVICE_UNAVAILABLE
   */
  rotate({ revoke }: { revoke: boolean }): Promise<void> {
    return inTime(() => this.#rotate(revoke));
  }

  async #rotate(revoke: boolean): Promise<void> {
    const { repository, clock, logger } = this.#tools;
    const newest = await repository.newest();
    if (newest === undefined) throw new Error("there is no signing key");
    const nowMs = clock.now();
    const isUnderWay = newest.signsFrom.getTime() > nowMs && newest.signsFrom.getTime() <= nowMs + UNDER_WAY_MAX_MS;
    if (!revoke && isUnderWay) throw rotating(newest.signsFrom);
    const signsFrom = new Date(revoke ? nowMs : nowMs + PUBLISH_BEFORE_SIGNING_MS);
    const key = await this.#newKey(newest.sequence + 1, signsFrom);
    if (!(await repository.add(key))) throw rotating(signsFrom);
    if (revoke) await repository.revokeBefore(key.sequence, new Date(nowMs));
    else await repository.endBefore(key.sequence, verifiesUntil(signsFrom));
    await repository.removeEnded(new Date(nowMs));
    logger.info({ keyId: key.id, revoke, signsFrom }, "rotated the signing key");
    await this.#lookAnew();
  }

  start(): void {
    const { clock, logger } = this.#tools;
    const signal = this.#stopping.signal;
    this.#loop = (async () => {
      while (!signal.aborted) {
        await clock.sleep(RELOAD_EVERY_MS, signal);
        if (!signal.aborted)
          await this.#reload().catch((error: unknown) => logger.warn({ err: error }, "could not reload signing keys"));
      }
    })();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  #verifying(): readonly LoadedKey[] {
    const nowMs = this.#tools.clock.now();
    return this.#keys.filter(({ verifiesUntil: end }) => end === undefined || end.getTime() > nowMs);
  }

  /** Not the look that is under way: that may have begun before a key was made or revoked. */
  #lookAnew(): Promise<void> {
    return Promise.resolve(this.#loading).then(() => this.#reload());
  }

  #reload(): Promise<void> {
    return (this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    }));
  }

  async #load(): Promise<void> {
    const stored = await this.#tools.repository.verifyingAt(new Date(this.#tools.clock.now()));
    const known = new Map(this.#keys.map((key) => [key.id, key]));
    this.#keys = await Promise.all(
      stored.map(async (key) => {
        const loaded = known.get(key.id) ?? (await openKey(key, this.#tools));
        return { ...loaded, verifiesUntil: key.verifiesUntil };
      }),
    );
  }

  #newKey(sequence: number, signsFrom: Date): Promise<SigningKey> {
    const { encryptionSecret, clock } = this.#tools;
    return makeKey({ sequence, signsFrom, encryptionSecret, createdAt: new Date(clock.now()) });
  }
}

function rotating(signsFrom: Date): AppError {
  const from = signsFrom.toISOString();
  return new AppError("CONFLICT", `A rotation is under way: its key signs from ${from}.`, {
    details: { signsFrom: from },
  });
}
