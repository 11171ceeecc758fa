/** A stream of random decisions that one seed fixes for ever: the same seed makes the same schedule on every machine. */
export class Random {
  #state: number;

  /** @param seed any integer; neighbouring seeds give unrelated streams */
  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0;
    this.#next();
  }

  /** An integer from 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of the values. */
  pick<Value>(values: readonly Value[]): Value {
    return values[this.int(values.length)] as Value;
  }

  /** So many hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.int(0x1000000).toString(16).padStart(6, "0");
    return text.slice(0, digits);
  }

  // mulberry32: 32 bits of state are enough for a schedule of a few hundred decisions.
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  }
}
