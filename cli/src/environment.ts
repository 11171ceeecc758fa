import { decodeStrictly, fileProblem } from "./files.ts";
import type { Input, Io, Output, Signal } from "./io.ts";

const signals: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const exitOfSignal: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** The process as the world of a command. Call it once: it installs the handlers of signals and broken pipes. */
export function processIo(): Io {
  const listeners = new Set<(signal: Signal) => void>();
  for (const signal of signals) {
    process.on(signal, () => {
      if (listeners.size === 0) process.exit(exitOfSignal[signal]);
      for (const listener of listeners) listener(signal);
    });
  }
  const isNeeded = () => listeners.size > 0;
  return {
    stdout: output(process.stdout, isNeeded),
    stderr: output(process.stderr, isNeeded),
    stdin,
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    sleep,
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * Keeps requests to this machine from the proxy that the environment names, which cannot reach it: Bun reads NO_PROXY
 * anew at each request, its small letters first.
 */
export function askThisMachineDirectly(env: Record<string, string | undefined>): void {
  const exempt = [env["no_proxy"] || env["NO_PROXY"], "localhost", "127.0.0.1", "::1"].filter(Boolean).join(",");
  for (const name of ["no_proxy", "NO_PROXY"]) env[name] = exempt;
}

/** Resolves after `milliseconds`, or at once when `signal` aborts. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** @param isNeeded whether the process has something to bring to its end, whoever reads its words */
function output(stream: NodeJS.WriteStream, isNeeded: () => boolean): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `up | tee`: Ctrl-C ends tee as well, and what `up` started must still be stopped.
    if (isNeeded()) return;
    // Words that find no place change nothing, and a failure stays one; data does.
    if (stream === process.stderr) return;
    // Whoever reads has enough (`| head`): that is no failure.
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`error: Standard output cannot be written: ${fileProblem(error)}.\n`);
    process.exit(1);
  });
  // What `write` returns alone tells: Bun 1.4.5 leaves `writableNeedDrain` false.
  let isFull = false;
  stream.on("drain", () => (isFull = false));
  return {
    write: (text) => void (isFull = !stream.write(text)),
    drained: () => new Promise((resolve) => (isFull ? stream.once("drain", resolve) : resolve())),
    isTty: stream.isTTY,
    get columns() {
      return stream.columns || 80;
    },
  };
}

/** Opened by the first command that reads it: most do not, and it takes its time. */
const stdin: Input = {
  get isTty() {
    return process.stdin.isTTY;
  },
  async readAll({ isStrict = false } = {}) {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    return isStrict ? decodeStrictly(bytes) : bytes.toString("utf8");
  },
  async *chunks() {
    const decoder = new TextDecoder();
    for await (const chunk of process.stdin) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  },
  async readLine({ hidden = false } = {}) {
    if (hidden) return readHidden(process.stdin);
    const { createInterface } = await import("node:readline");
    return new Promise((resolve) => {
      const lines = createInterface({ input: process.stdin });
      const end = () => {
        // Ctrl-D leaves the cursor behind the question.
        if (process.stdin.isTTY) process.stderr.write("\n");
        resolve(undefined);
      };
      lines.once("line", (line) => {
        lines.off("close", end);
        resolve(line);
        lines.close();
      });
      lines.once("close", end);
    });
  },
};

/** Raw mode, so that the terminal does not echo what is typed. Ctrl-C still interrupts. */
function readHidden(stream: NodeJS.ReadStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed = "";
    const finish = (answer: string | undefined) => {
      stream.off("data", onData);
      stream.setRawMode(false);
      stream.pause();
      process.stderr.write("\n");
      resolve(answer);
    };
    const onData = (data: Buffer) => {
      for (const character of data.toString("utf8")) {
        if (character === "\r" || character === "\n") return finish(typed);
        if (character === "\u0003") {
          finish(undefined);
          process.emit("SIGINT");
          return;
        }
        if (character === "\u0004") return finish(typed === "" ? undefined : typed);
        // Ctrl-U takes the whole line back, as a terminal that is not raw does.
        if (character === "\u0015") typed = "";
        else if (character === "\u007f" || character === "\b") typed = [...typed].slice(0, -1).join("");
        else typed += character;
      }
    };
    stream.setRawMode(true);
    stream.resume();
    stream.on("data", onData);
  });
}
