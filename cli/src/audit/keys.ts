import type { AuditOrder } from "@pos/contracts/audit";
import type { Finding } from "./finding.ts";

/**
 * I3 in bounded memory: the first order of each key is remembered while there is room. When there is none, `bucketCount`
 * grows, and further rounds over the orders look at one bucket of keys each.
 */
export class KeyCheck {
  readonly #first = new Map<string, string>();
  readonly #bucket: number;
  readonly #bucketCount: number;
  readonly #keysMax: number;
  #isFull = false;

  constructor(options: { bucket: number; bucketCount: number; keysMax: number }) {
    this.#bucket = options.bucket;
    this.#bucketCount = options.bucketCount;
    this.#keysMax = options.keysMax;
  }

  /** Whether there were more keys than fit: this round decides nothing. */
  get isFull(): boolean {
    return this.#isFull;
  }

  add({ id, keyHash, status }: AuditOrder): readonly Finding[] {
    if (keyHash === undefined || status === "void" || this.#isFull) return [];
    if (Number.parseInt(keyHash.slice(0, 8), 16) % this.#bucketCount !== this.#bucket) return [];
    const first = this.#first.get(keyHash);
    if (first !== undefined) {
      return [{ invariant: "I3", subject: `order/${id}/key`, sentence: `order ${first} was placed with the same key` }];
    }
    if (this.#first.size >= this.#keysMax) {
      this.#isFull = true;
      this.#first.clear();
      return [];
    }
    this.#first.set(keyHash, id);
    return [];
  }
}
