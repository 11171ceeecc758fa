import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { isAbsent } from "../files.ts";
import { type LogLine, parseLogLine } from "./log-lines.ts";

/** Of each file; a log is at most 20 MB and its predecessor as much. */
const READ_MAX_BYTES = 20_000_000;

/**
 * Reads what was added to a log file since the last time, also after it was emptied. The first time that begins with
 * what was set aside of it.
 */
export class FollowedFile {
  readonly #path: string;
  readonly #source: string;
  #offset = 0;
  #partial = "";
  /** Keeps the begin of a letter that is not yet written whole. */
  readonly #decoder = new StringDecoder("utf8");
  #isBegun = false;

  constructor(path: string, source: string) {
    this.#path = path;
    this.#source = source;
    this.#offset = Math.max(0, (this.#size() ?? 0) - READ_MAX_BYTES);
  }

  get exists(): boolean {
    return this.#size() !== undefined;
  }

  read(): readonly LogLine[] {
    const earlier = this.#isBegun ? [] : this.#setAside();
    this.#isBegun = true;
    const size = this.#size();
    if (size === undefined) return earlier;
    if (size < this.#offset) {
      this.#offset = 0;
      this.#partial = "";
      this.#decoder.end();
    }
    if (size === this.#offset) return earlier;
    const lines = (this.#partial + this.#slice(size - this.#offset)).split("\n");
    this.#partial = lines.pop() ?? "";
    return [...earlier, ...this.#parse(lines)];
  }

  #setAside(): readonly LogLine[] {
    const path = `${this.#path}.1`;
    return existsSync(path) ? this.#parse(readFileSync(path, "utf8").split("\n")) : [];
  }

  #parse(lines: readonly string[]): readonly LogLine[] {
    return lines.filter((line) => line !== "").map((line) => parseLogLine(line, this.#source));
  }

  #slice(length: number): string {
    const buffer = Buffer.alloc(length);
    const file = openSync(this.#path, "r");
    try {
      const count = readSync(file, buffer, 0, length, this.#offset);
      this.#offset += count;
      return this.#decoder.write(buffer.subarray(0, count));
    } finally {
      closeSync(file);
    }
  }

  #size(): number | undefined {
    try {
      const file = openSync(this.#path, "r");
      try {
        return fstatSync(file).size;
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }
}
