import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { isAbsent } from "../files.ts";
import { type LogLine, parseLogLine } from "./log-lines.ts";

/** So much of a log is read at a time. */
const CHUNK_BYTES = 1 << 20;
const LINE_BREAK = "\n".charCodeAt(0);
/** Begins a line of every log; what begins otherwise, as a stack trace does, belongs to the line before it. */
const BRACE = "{".charCodeAt(0);

/** Reads what a log file holds, and then what was added to it since the last time, also after it was emptied. */
export class FollowedFile {
  readonly #path: string;
  readonly #source: string;
  #offset = 0;
  #partial = "";
  /** Keeps the begin of a letter that is not yet written whole. */
  #decoder = new StringDecoder("utf8");

  constructor(path: string, source: string) {
    this.#path = path;
    this.#source = source;
  }

  get exists(): boolean {
    return this.#size() !== undefined;
  }

  /**
   * What is there already, or the last so many lines of it: more where the first of them would be text whose line, with
   * the time of both, stands before it. What was set aside comes before the rest.
   */
  *begin(lines = Number.POSITIVE_INFINITY): Generator<LogLine> {
    const missing = this.#goToLast(lines);
    if (missing > 0) {
      const earlier = new FollowedFile(`${this.#path}.1`, this.#source);
      earlier.#goToLast(missing);
      yield* earlier.#added();
    }
    yield* this.#added();
  }

  /** What was added since the last time. */
  read(): readonly LogLine[] {
    return [...this.#added()];
  }

  *#added(): Generator<LogLine> {
    const size = this.#size() ?? 0;
    if (size < this.#offset) this.#goTo(0);
    while (this.#offset < size) {
      const bytes = this.#slice(this.#offset, Math.min(size, this.#offset + CHUNK_BYTES));
      // It was emptied meanwhile.
      if (bytes.length === 0) return;
      this.#offset += bytes.length;
      const lines = (this.#partial + this.#decoder.write(bytes)).split("\n");
      this.#partial = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield parseLogLine(line, this.#source);
    }
  }

  /** Goes on with the last so many lines. @returns how many of them are not here */
  #goToLast(lines: number): number {
    this.#goTo(0);
    if (lines === Number.POSITIVE_INFINITY) return lines;
    let found = 0;
    for (const { at, first } of this.#lineBreaks()) {
      // Each line ends with a break; one more ends the line before them.
      if (found >= lines && first === BRACE) {
        this.#goTo(at + 1);
        return 0;
      }
      found += 1;
    }
    return lines - found;
  }

  /** Every line break, from the last one, with the byte after it. */
  *#lineBreaks(): Generator<{ readonly at: number; readonly first: number | undefined }> {
    let next: number | undefined;
    for (let end = this.#size() ?? 0; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const bytes = this.#slice(start, end);
      for (let at = bytes.length - 1; at >= 0; at--)
        if (bytes[at] === LINE_BREAK) yield { at: start + at, first: bytes[at + 1] ?? next };
      next = bytes[0];
    }
  }

  #goTo(offset: number): void {
    this.#offset = offset;
    this.#partial = "";
    this.#decoder = new StringDecoder("utf8");
  }

  #slice(start: number, end: number): Buffer {
    const buffer = Buffer.alloc(end - start);
    const file = openSync(this.#path, "r");
    try {
      return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, start));
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
