import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { PassThrough } from "node:stream";
import { join, resolve } from "node:path";
import { processIo, sleep } from "./environment.ts";
import type { Io } from "./io.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const standardInput = Object.getOwnPropertyDescriptor(process, "stdin");
const others = signals.map((name) => [name, process.listeners(name)] as const);

/** A keyboard: what is written to it arrives as it does from a terminal. */
class Keyboard extends PassThrough {
  isTTY = true;
  isRaw = false;
  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

let keyboard: Keyboard;
let io: Io;

beforeAll(() => {
  for (const name of signals) process.removeAllListeners(name);
});
afterEach(() => {
  for (const name of signals) process.removeAllListeners(name);
});
afterAll(() => {
  if (standardInput !== undefined) Object.defineProperty(process, "stdin", standardInput);
  for (const [name, listeners] of others) for (const listener of listeners) process.on(name, listener);
});

function open(): void {
  keyboard = new Keyboard();
  Object.defineProperty(process, "stdin", { value: keyboard, configurable: true });
  io = processIo();
}

describe("standard input", () => {
  test("is read to its end", async () => {
    open();
    keyboard.write("one\n");
    keyboard.end("two 山");
    expect(await io.stdin.readAll()).toBe("one\ntwo 山");
    expect(io.stdin.isTty).toBe(true);
  });

  test("of other bytes than UTF-8 is refused where that is asked", async () => {
    open();
    keyboard.end(Buffer.from("Müller", "latin1"));
    await expect(io.stdin.readAll({ isStrict: true })).rejects.toThrow("not encoded in UTF-8");
    open();
    keyboard.end("Müller");
    expect(await io.stdin.readAll({ isStrict: true })).toBe("Müller");
  });

  test("is read by the line; its end is no answer", async () => {
    open();
    keyboard.write("ada@example.com\n");
    expect(await io.stdin.readLine()).toBe("ada@example.com");
    open();
    keyboard.end();
    const said = spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await io.stdin.readLine()).toBeUndefined();
    // What is said next begins a line.
    expect(said.mock.calls).toEqual([["\n"]]);
    said.mockRestore();
  });

  test("is not shown while a password is typed, and a slip can be taken back", async () => {
    open();
    const typed = io.stdin.readLine({ hidden: true });
    expect(keyboard.isRaw).toBe(true);
    keyboard.write("secrez\u007ft 山x\b");
    keyboard.write("!\r");
    expect(await typed).toBe("secret 山!");
    expect(keyboard.isRaw).toBe(false);
    const again = io.stdin.readLine({ hidden: true });
    keyboard.write("wrong\u0015right\r");
    expect(await again).toBe("right");
  });

  test("Ctrl-D on nothing ends the input, after something it is the answer", async () => {
    open();
    const nothing = io.stdin.readLine({ hidden: true });
    keyboard.write("\u0004");
    expect(await nothing).toBeUndefined();
    const something = io.stdin.readLine({ hidden: true });
    keyboard.write("abc\u0004");
    expect(await something).toBe("abc");
  });

  test("Ctrl-C interrupts although the terminal is raw", async () => {
    open();
    const seen: string[] = [];
    io.onSignal((name) => seen.push(name));
    const typed = io.stdin.readLine({ hidden: true });
    keyboard.write("secret\u0003");
    expect(await typed).toBeUndefined();
    // Before the command goes on with no answer: it would end with the exit code of a no.
    expect(seen).toEqual(["SIGINT"]);
    expect(keyboard.isRaw).toBe(false);
  });
});

test("a signal reaches who took it over, and nobody after that", async () => {
  open();
  const seen: string[] = [];
  const forget = io.onSignal((name) => seen.push(name));
  process.kill(process.pid, "SIGHUP");
  while (seen.length === 0) await sleep(5);
  expect(seen).toEqual(["SIGHUP"]);
  forget();
});

test("the terminal has a width", () => {
  open();
  expect(io.stdout.columns).toBeGreaterThan(0);
  expect(io.cwd).toBe(process.cwd());
  expect(Math.abs(io.now() - Date.now())).toBeLessThan(1000);
});

test("a sleep ends at its time or when it is aborted, and never fails", async () => {
  const startedAtMs = performance.now();
  await sleep(30);
  expect(performance.now() - startedAtMs).toBeGreaterThan(25);
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  stop.abort();
  await sleeping;
  await sleep(60_000, stop.signal);
  expect(performance.now() - startedAtMs).toBeLessThan(30_000);
});

describe("the real program", () => {
  const main = resolve(import.meta.dir, "main.ts");
  const start = (...argv: readonly string[]) =>
    Bun.spawn([process.execPath, main, ...argv], { stdout: "pipe", stderr: "pipe", env: { ...process.env } });

  test("ends without a word when nobody reads any more", async () => {
    const script = 'set -o pipefail; "$0" "$1" help environment | true';
    const shell = Bun.spawn(["bash", "-c", script, process.execPath, main], { stdout: "ignore", stderr: "pipe" });
    expect(await new Response(shell.stderr).text()).toBe("");
    expect(await shell.exited).toBe(0);
  });

  test.skipIf(!existsSync("/dev/full"))("says in a sentence that what it prints finds no place", async () => {
    const source = `
      import { processIo } from ${JSON.stringify(resolve(import.meta.dir, "environment.ts"))};
      const io = processIo();
      for (let line = 0; line < 5; line++) {
        io.stdout.write("data\\n");
        await io.sleep(10);
      }`;
    const shell = Bun.spawn(["bash", "-c", '"$0" -e "$1" > /dev/full', process.execPath, source], { stderr: "pipe" });
    expect(await new Response(shell.stderr).text()).toBe(
      "error: Standard output cannot be written: the disk is full.\n",
    );
    expect(await shell.exited).toBe(1);
  });

  test("stays a failure where nobody reads its words", async () => {
    const script = '"$0" "$1" products list --product-url http://127.0.0.1:1 2>&1 | true; exit "${PIPESTATUS[0]}"';
    const shell = Bun.spawn(["bash", "-c", script, process.execPath, main], { env: { PATH: process.env["PATH"] } });
    expect(await shell.exited).toBe(5);
  });

  test("goes on without a reader where it has taken over signals: it has something to stop in order", async () => {
    const source = `
      import { processIo } from ${JSON.stringify(resolve(import.meta.dir, "environment.ts"))};
      const io = processIo();
      io.onSignal(() => {});
      for (let line = 0; line < 5; line++) {
        io.stdout.write("stopping …\\n");
        io.stderr.write("stopping …\\n");
        await io.sleep(50);
      }
      process.exitCode = 7;`;
    const script = '"$0" -e "$1" 2>&1 | true; exit "${PIPESTATUS[0]}"';
    const shell = Bun.spawn(["bash", "-c", script, process.execPath, source], { stdout: "ignore", stderr: "inherit" });
    expect(await shell.exited).toBe(7);
  });

  test("takes nothing from the .env of compose.yaml that lies in the same checkout", async () => {
    const checkout = await mkdtemp(join(tmpdir(), "ordersctl-checkout-"));
    await copyFile(resolve(import.meta.dir, "../../bunfig.toml"), join(checkout, "bunfig.toml"));
    await writeFile(join(checkout, ".env"), "ORDERSCTL_PROFILE=of-compose\n");
    const argv = ["config", "view", "-o", "jsonpath={.items[0].value}"];
    const child = Bun.spawn([process.execPath, main, ...argv], {
      cwd: checkout,
      env: { HOME: checkout },
      stdout: "pipe",
      stderr: "inherit",
    });
    expect(await new Response(child.stdout).text()).toBe("local");
    await rm(checkout, { recursive: true });
  });

  test("asks a service on this machine itself, whatever proxy the environment names", async () => {
    const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ status: "healthy" }) });
    const proxy = { HTTP_PROXY: "http://127.0.0.1:1", no_proxy: "example.com" };
    const child = Bun.spawn([process.execPath, main, "api", "GET", "/health", "--service", "user"], {
      stdout: "pipe",
      stderr: "inherit",
      env: { HOME: "/nowhere", ORDERSCTL_USER_URL: service.url.origin, ...proxy },
    });
    expect(JSON.parse(await new Response(child.stdout).text())).toEqual({ status: "healthy" });
    expect(await child.exited).toBe(0);
    await service.stop(true);
  });

  test("Ctrl-C ends what waits with 130", async () => {
    const child = start("health", "--watch", "--user-url", "http://127.0.0.1:1");
    await child.stdout.getReader().read();
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
  });

  test("takes no password that is not in UTF-8: every letter beyond ASCII would be the same one", async () => {
    for (const argv of [
      ["users", "create", "--email", "ada@example.com", "--name", "Ada"],
      ["login", "--email", "ada@example.com"],
    ]) {
      const stdin = Buffer.from("gr\u00fcn wie Gras\n", "latin1");
      const address = ["--user-url", "http://127.0.0.1:1"];
      const env = { ...process.env, XDG_CONFIG_HOME: resolve(import.meta.dir, "none") };
      const command = [process.execPath, main, ...argv, "--password-stdin", ...address];
      const child = Bun.spawn(command, { stdin, stderr: "pipe", env });
      expect(await new Response(child.stderr).text()).toBe(
        "error: Standard input cannot be read: it is not encoded in UTF-8.\n",
      );
      expect(await child.exited).toBe(2);
    }
  });

  test("exits with the code of its failure", async () => {
    const child = start("users", "lsit");
    expect(await new Response(child.stderr).text()).toContain("Did you mean list?");
    expect(await child.exited).toBe(2);
  });
});
