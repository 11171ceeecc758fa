/** A stream that text is written to. */
export interface Output {
  write(text: string): void;
  /** Resolves when whoever reads has taken what was written, or most of it; absent where nothing piles up. */
  drained?(): Promise<void>;
  readonly isTty: boolean;
  /** Width in columns; 80 where there is no terminal. */
  readonly columns: number;
}

/** Where answers come from. */
export interface Input {
  readonly isTty: boolean;
  /** Everything up to the end of the input. @throws {Error} for what is not UTF-8 with `isStrict` */
  readAll(options?: { isStrict?: boolean }): Promise<string>;
  /** The same in pieces, each as soon as it comes: whole characters, but parts of lines. */
  chunks(): AsyncIterable<string>;
  /** One line typed at the terminal; `hidden` does not show it. Undefined when the user ends the input (Ctrl-D). */
  readLine(options?: { hidden?: boolean }): Promise<string | undefined>;
}

/** Signals that a command may take over. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The world of a command, so that tests run it in their own process: nothing else touches process streams or the environment. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or at once when `signal` aborts; it never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Takes over a signal until the returned function is called; without a listener SIGINT ends the process with 130. */
  onSignal(listener: (signal: Signal) => void): () => void;
}
