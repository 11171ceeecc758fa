import { afterAll, beforeAll, expect, onTestFinished, test } from "bun:test";
import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type World, world } from "../test/world.ts";

let somebody: World;
let logs: string;
beforeAll(async () => {
  somebody = await world();
  logs = join(somebody.home, "data", "logs");
  await mkdir(logs, { recursive: true });
});
afterAll(() => somebody.remove());

const write = (service: string, fields: Record<string, unknown>, atMs = Date.now()) =>
  appendFile(
    join(logs, `${service}.log`),
    `${JSON.stringify({ level: "info", time: new Date(atMs).toISOString(), msg: "request", ...fields })}\n`,
  );
/** A trace that is asked for, and how long it waited; `meanwhile` happens in its waits, which take no time. */
async function trace(argv: readonly string[], meanwhile: () => Promise<void> = async () => undefined) {
  const waitsMs: number[] = [];
  const sleep = async (milliseconds: number) => {
    waitsMs.push(milliseconds);
    await meanwhile();
  };
  const whole = ["logs", "--trace", ...argv, "--data-dir", join(somebody.home, "data")];
  return { ...(await somebody.run(whole, { sleep })), waitsMs };
}

test("--trace waits for what the services have not written yet, whoever asks at once", async () => {
  // A machine that stands still between the line and the question makes no difference: the line is of later on.
  const laterMs = Date.now() + 60_000;
  await write("order", { requestId: "r-1", traceId: "t-1", path: "/orders", status: 409 }, laterMs);
  const { exit, stdout } = await trace(["r-1"], () =>
    write("product", { requestId: "r-1", traceId: "t-1", path: "/reservations/o", status: 409 }, laterMs + 1),
  );
  expect([exit, stdout.match(/ (order|product) .*$/gm)]).toEqual([
    0,
    [" order      INFO  request path=/orders status=409", " product    INFO  request path=/reservations/o status=409"],
  ]);
});

test("--trace waits no longer for a line of a clock that was ahead", async () => {
  await write("user", { requestId: "r-7", traceId: "t-7", path: "/users" }, Date.now() + 3_600_000);
  const { stdout, waitsMs } = await trace(["r-7"]);
  expect([stdout, waitsMs]).toEqual([expect.stringContaining("path=/users"), [1200]]);
});

test("--trace answers at once about what was long ago, and with all fields to programs", async () => {
  await write("user", { requestId: "r-2", traceId: "t-2", path: "/users" }, Date.now() - 60_000);
  const { stdout, waitsMs } = await trace(["t-2", "-o", "ndjson"]);
  expect(waitsMs).toEqual([]);
  expect(JSON.parse(stdout)).toMatchObject({ requestId: "r-2", traceId: "t-2", path: "/users" });
});

test("--file reads what a container engine collected, with its prefix or without", async () => {
  const line = (service: string, more: object) =>
    JSON.stringify({
      level: "info",
      time: "2026-01-31T12:00:00.000Z",
      service,
      msg: "request",
      traceId: "t-4",
      ...more,
    });
  const collected = [
    `order-service-1  | ${line("order-service", { path: "/orders", status: 403 })}`,
    line("user-service", { path: "/users/lookup", status: 200 }),
    // As podman-compose paints it, also where nobody looks.
    `\u001b[1;34m[product-service] |\u001b[0m \u001b[37m${line("product-service", { traceId: "t-6", path: "/meta" })}\u001b[0m`,
    `mongodb-1 | {"t":{"$date":"2026-01-31T12:00:00.000Z"},"s":"I","msg":"text","attr":{"traceId":"t-4"}}`,
    "no JSON at all",
    line("order-service", { traceId: "t-5" }),
  ].join("\n");
  const told = (argv: readonly string[]) => somebody.run(["logs", "--file", "-", ...argv], { stdin: collected });
  expect((await told(["--trace", "t-4"])).stdout).toBe(
    "12:00:00.000 order      INFO  request path=/orders status=403\n" +
      "12:00:00.000 user       INFO  request path=/users/lookup status=200\n",
  );
  expect((await told(["user", "-o", "ndjson"])).stdout).toBe(`${collected.split("\n")[1]}\n`);
  expect((await told(["--trace", "t-6"])).stdout).toBe("12:00:00.000 product    INFO  request path=/meta\n");
  const file = join(somebody.home, "collected.log");
  await Bun.write(file, collected);
  expect((await somebody.run(["logs", "order", "--file", file])).stdout.split("\n")).toHaveLength(3);
  expect((await told(["--follow"])).exit).toBe(2);
  for (const [path, why] of [
    [`${file}.gone`, "there is no such file"],
    [somebody.home, "it is a folder"],
  ])
    expect(await somebody.run(["logs", "--file", path ?? ""])).toEqual({
      exit: 2,
      stdout: "",
      stderr: `error: ${path} cannot be read: ${why}.\n`,
    });
});

test("--file reads whole lines and characters wherever its pieces end", async () => {
  // 3 bytes a character: one line is longer than a piece, and the others end anywhere in theirs.
  const lengths = [...Array.from({ length: 300 }, (_, index) => 1000 + index), 200_000, 1];
  const time = "2026-01-31T12:00:00.000Z";
  const lines = lengths.map((length) => JSON.stringify({ time, service: "order-service", msg: "山".repeat(length) }));
  const file = join(somebody.home, "pieces.log");
  for (const [end, last] of [
    ["\n", ""],
    ["\r\n", "\r\n"],
  ] as const) {
    await Bun.write(file, lines.join(end) + last);
    const { stdout } = await somebody.run(["logs", "--file", file, "--tail", "1000", "-o", "ndjson"]);
    expect(stdout === `${lines.join("\n")}\n`).toBe(true);
  }
});

test("--file - shows lines as they come, and with --tail the last ones by time at the end", async () => {
  const line = (second: number, msg: string) =>
    `pod/order ${JSON.stringify({ time: `2026-01-31T12:00:0${second}.000Z`, service: "order-service", msg })}\n`;
  const program = [process.execPath, join(import.meta.dirname, "../main.ts"), "logs", "--file", "-", "-o", "ndjson"];
  const ran = Bun.spawn(program, { env: somebody.env, stdin: "pipe" });
  onTestFinished(() => ran.kill());
  const shown = ran.stdout.getReader();
  const next = async () => JSON.parse(new TextDecoder().decode((await shown.read()).value)) as { msg: string };
  const [first, second] = [Buffer.from(line(2, "one")), Buffer.from(line(1, "山"))];
  const half = second.indexOf("山") + 1;
  // It writes the second line only after the first was shown.
  void ran.stdin.write(Buffer.concat([first, second.subarray(0, half)]));
  await ran.stdin.flush();
  expect((await next()).msg).toBe("one");
  void ran.stdin.write(second.subarray(half));
  await ran.stdin.flush();
  expect((await next()).msg).toBe("山");
  await ran.stdin.end();
  expect(await ran.exited).toBe(0);
  const stdin = [3, 1, 2].map((at) => line(at, `line ${at}`)).join("");
  const told = async (...argv: readonly string[]) =>
    [...(await somebody.run(["logs", "--file", "-", ...argv], { stdin })).stdout.matchAll(/line (\d)/g)].map(
      ([, at]) => at,
    );
  expect(await told("--tail", "2")).toEqual(["2", "3"]);
  expect(await told()).toEqual(["3", "1", "2"]);
  expect(await told("--since", "2026-01-31T12:00:02Z")).toEqual(["3", "2"]);
});

test("--trace says so when nothing is logged, and refuses what is no id or goes on", async () => {
  expect(await trace(["r-3"])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining("No log line belongs to r-3."),
  });
  expect((await trace(["../etc"])).exit).toBe(2);
  expect((await trace(["r-2", "--follow"])).exit).toBe(2);
});

test("what was set aside when a log had grown too long is told as well", async () => {
  const longAgoMs = Date.now() - 90_000;
  await write("order.log.1", { requestId: "r-9", traceId: "t-9", path: "/orders" }, longAgoMs);
  await rename(join(logs, "order.log.1.log"), join(logs, "order.log.1"));
  await write("order", { requestId: "r-10", traceId: "t-10", path: "/later" });
  expect((await trace(["t-9"])).stdout).toContain(" order      INFO  request path=/orders\n");
  const { stdout } = await somebody.run(["logs", "order", "--since", "1h", "--data-dir", join(somebody.home, "data")]);
  expect(stdout).toMatch(/traceId=t-9 path=\/orders\n[^]*traceId=t-10 path=\/later\n/);
});

test("a log that cannot be read is not said to be absent", async () => {
  const file = join(somebody.home, "file");
  await writeFile(file, "");
  const { exit, stderr } = await somebody.run(["logs", "--data-dir", file]);
  const what = `${join(file, "logs", "user.log")} cannot be used: a part of the path is not a folder.`;
  expect([exit, stderr]).toEqual([1, `error: ${what}\n`]);
  const folder = await somebody.run(["logs", "--file", somebody.home]);
  expect([folder.exit, folder.stderr]).toEqual([2, `error: ${somebody.home} cannot be read: it is a folder.\n`]);
});

test("--tail shows the text that a crash left last, not what others logged before it", async () => {
  const dataDir = join(somebody.home, "crashed");
  await mkdir(join(dataDir, "logs"), { recursive: true });
  const line = (minute: number, msg: string) =>
    `${JSON.stringify({ level: "info", time: `2026-01-31T12:0${minute}:00Z`, msg })}\n`;
  await writeFile(join(dataDir, "logs", "user.log"), `${line(5, "serving")}panic: x\n  at main.ts:1\n  at main.ts:2\n`);
  await writeFile(join(dataDir, "logs", "product.log"), [1, 2, 3].map((minute) => line(minute, "request")).join(""));
  const { stdout } = await somebody.run(["logs", "--tail", "3", "--data-dir", dataDir, "-o", "ndjson"]);
  expect(stdout).toBe("panic: x\n  at main.ts:1\n  at main.ts:2\n");
});

test("--follow where nothing has run says that it waits", async () => {
  const dataDir = join(somebody.home, "none");
  const program = [process.execPath, join(import.meta.dirname, "../main.ts"), "logs", "-f", "--data-dir", dataDir];
  const ran = Bun.spawn(program, { env: somebody.env, stderr: "pipe" });
  onTestFinished(() => ran.kill());
  const { value } = await ran.stderr.getReader().read();
  expect(new TextDecoder().decode(value)).toBe(`There is no log in ${dataDir} yet: waiting for one …\n`);
});

/** The most memory that it had, in kB: what the system tells who waits for it counts the memory of its parent as well. */
const TELL_MEMORY = `process.on("exit", () => {
  process.stderr.write(/VmHWM:\\s+(\\d+)/.exec(require("node:fs").readFileSync("/proc/self/status", "utf8"))[1]);
});`;

test.skipIf(process.platform !== "linux")(
  "logs of any length are told in order, without being held in memory whole",
  async () => {
    const dataDir = join(somebody.home, "long");
    await mkdir(join(dataDir, "logs"), { recursive: true });
    const line = (second: number, path: string) => {
      const time = new Date(Date.UTC(2026, 0, 31, 12, 0, second)).toISOString();
      return `${JSON.stringify({ level: "info", time, msg: "request", path })}\n`;
    };
    const filler = "x".repeat(900);
    for (const [at, name] of ["user", "product", "order"].entries()) {
      const lines = Array.from({ length: 20_000 }, (_, index) => line(3 * index + at, `${filler}/${name}/${index}`));
      await writeFile(join(dataDir, "logs", `${name}.log.1`), lines.join(""));
      await writeFile(join(dataDir, "logs", `${name}.log`), line(60_000 + at, `/${name}/last`));
    }
    await writeFile(join(dataDir, "tell.js"), TELL_MEMORY);
    const program = [process.execPath, "--preload", join(dataDir, "tell.js"), join(import.meta.dirname, "../main.ts")];
    const command = [...program, "logs", "-o", "ndjson", "--data-dir", dataDir];
    const logs = async (argv: string[], around: string[] = []) => {
      const ran = Bun.spawn([...around, ...command, ...argv], { env: somebody.env, stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([new Response(ran.stdout).text(), new Response(ran.stderr).text()]);
      return { paths: [...stdout.matchAll(/\/(\w+\/\w+)"/g)].map(([, path]) => path), memoryKb: Number(stderr) };
    };
    const tail = await logs(["--tail", "4"]);
    expect(tail.paths).toEqual(["order/19999", "user/last", "product/last", "order/last"]);
    const all = await logs(["--since", "2026-01-31T12:00:00Z"]);
    const index = (at: number) => ["user", "product", "order"].map((name) => `${name}/${at}`);
    expect(all.paths.slice(0, 6)).toEqual([...index(0), ...index(1)]);
    expect([all.paths.length, all.paths.at(-1)]).toEqual([60_003, "order/last"]);
    // 60 MB as well, and of no order: what was written last is in the middle.
    const collected = join(dataDir, "collected");
    const written = Bun.file(collected).writer();
    for (let index = 0; index < 60_000; index++) {
      const second = index < 30_000 ? index + 60_000 : index;
      void written.write(line(second, `${filler}/order/${second}`).replace("{", '{"service":"order-service",'));
    }
    await written.end();
    const told = await logs(["--file", collected, "--tail", "2"]);
    expect(told.paths).toEqual(["order/89998", "order/89999"]);
    expect(told.memoryKb).toBeLessThan(150_000);
    // Whoever reads takes a while, as a pager does.
    const slowly = ["sh", "-c", 'file="$1"; shift; cat "$file" | "$@" | { sleep 2; cat; }', "sh", collected];
    const streamed = await logs(["--file", "-"], slowly);
    expect([streamed.paths.length, streamed.paths.at(-1)]).toEqual([60_000, "order/59999"]);
    expect(streamed.memoryKb).toBeLessThan(130_000);
    // The files have 60 MB; a process that reads nothing has about 50.
    expect(tail.memoryKb).toBeLessThan(100_000);
    expect(all.memoryKb).toBeLessThan(200_000);
  },
  180_000,
);
