import type { DestinationStream } from "pino";

/** What takes the gathered text. */
export interface TextSink {
  write(text: string): unknown;
  /** Writes what it still holds, then calls back. */
  flush(done?: (error?: Error) => void): void;
}

/** Below the 16 KiB that one write takes at most. */
const GATHERED_MAX_LENGTH = 12 * 1024;
const WAIT_MAX_MS = 1000;
/** How a line of the levels `error` and `fatal` begins: the level is every line's first field. */
const urgent = /^\{"level":"(?:error|fatal)"/;

/**
 * Gathers log lines and hands them on as one text: at 12 KiB, after a second, with an error at once. A text costs its
 * sink the same whether it holds one line or fifty, and requests log one line each.
 */
export class GatheredLines implements DestinationStream {
  readonly #sink: TextSink;
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#text += line;
    if (this.#text.length >= GATHERED_MAX_LENGTH || urgent.test(line)) this.#handOn();
    else this.#timer ??= setTimeout(() => this.#handOn(), WAIT_MAX_MS).unref();
  }

  flush(done?: (error?: Error) => void): void {
    this.#handOn();
    this.#sink.flush(done);
  }

  #handOn(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#sink.write(text);
  }
}
