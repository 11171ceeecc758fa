/** Latencies of many requests in bounded memory: counts in steps of about 2 % from 0.1 ms to 10 minutes. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  add(milliseconds: number): void {
    const bucket = bucketOf(milliseconds);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, milliseconds);
  }

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The latency below which a share of all requests lies; NaN when there were none. */
  percentileMs(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return Number.NaN;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(this.#maxMs, LEAST_MS * GROWTH ** bucket);
    }
    return this.#maxMs;
  }
}

const LEAST_MS = 0.1;
const GROWTH = 1.02;
const BUCKETS = 800;

function bucketOf(milliseconds: number): number {
  const bucket = Math.ceil(Math.log(Math.max(LEAST_MS, milliseconds) / LEAST_MS) / Math.log(GROWTH));
  return Math.min(BUCKETS - 1, bucket);
}
