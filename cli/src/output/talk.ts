import type { Io, Output } from "../io.ts";
import { asCalled } from "./as-called.ts";
import type { Style } from "./style.ts";

const FRAME_MS = 100;

/** A bar on a terminal; nothing elsewhere. */
export interface Progress {
  /** @param done how many of the total are done */
  update(done: number): void;
  end(): void;
}

/** Everything that is said to a person, on standard error. `-q` silences all of it but warnings. */
export class Talk {
  readonly style: Style;
  readonly #stderr: Output;
  readonly #io: Io;
  readonly #isQuiet: boolean;

  constructor(io: Io, options: { style: Style; isQuiet: boolean }) {
    this.#io = io;
    this.#stderr = io.stderr;
    this.style = options.style;
    this.#isQuiet = options.isQuiet;
  }

  say(text: string): void {
    if (!this.#isQuiet) this.#stderr.write(`${asCalled(text, this.#io.env)}\n`);
  }

  /** A step that is done. */
  done(text: string): void {
    this.say(`${this.style.green("✓")} ${text}`);
  }

  /** What a person may want to do next. */
  hint(text: string): void {
    this.say(this.style.dim(text));
  }

  warn(text: string): void {
    this.#stderr.write(`${this.style.yellow("warning:")} ${asCalled(text, this.#io.env)}\n`);
  }

  /** Told even with -q: it was asked for. */
  trace(text: string): void {
    this.#stderr.write(`${this.style.dim(text)}\n`);
  }

  /** Shows how far work of a known size has come, on a terminal only and at most ten times a second. */
  progress(label: string, total: number): Progress {
    if (this.#isQuiet || !this.#stderr.isTty) return { update() {}, end() {} };
    let shownAtMs = 0;
    return {
      update: (done) => {
        const now = this.#io.now();
        if (now - shownAtMs < FRAME_MS) return;
        shownAtMs = now;
        this.#stderr.write(`\r\u001b[2K${this.#bar(label, done, total)}`);
      },
      end: () => {
        // What is still under way after a failure draws nothing into the words about it.
        shownAtMs = Number.POSITIVE_INFINITY;
        this.#stderr.write("\r\u001b[2K");
      },
    };
  }

  #bar(label: string, done: number, total: number): string {
    const width = Math.max(5, Math.min(30, this.#stderr.columns - label.length - 20));
    const filled = Math.round((Math.min(done, total) / Math.max(1, total)) * width);
    const bar = this.style.cyan("█".repeat(filled)) + this.style.dim("░".repeat(width - filled));
    return `${label} ${bar} ${done}/${total}`;
  }
}
