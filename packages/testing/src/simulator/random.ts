/** A stream of random decisions that one seed fixes for ever: the same seed makes the same schedule on every machine. */
export class Random {
  // The state of sfc32.
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  /** @param seed an integer from 0 to 2^53 - 1; neighbouring seeds give unrelated streams */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 0x100000000) | 0;
    for (let round = 0; round < 12; round++) this.#next();
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

  // sfc32: small and fast, and unlike a bare counter its streams of different seeds do not overlap.
  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x100000000;
  }
}
