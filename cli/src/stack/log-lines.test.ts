import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Chalk } from "chalk";
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boundLog, LOG_MAX_BYTES, supervisorLog } from "./log-files.ts";
import { parseLogLine, renderLogLine } from "./log-lines.ts";
import { uriOfDatabase } from "./service-environment.ts";

const style = new Chalk({ level: 0 });
const render = (raw: string, source = "order"): string => renderLogLine(parseLogLine(raw, source), style);
const timeMs = Date.parse("2026-01-31T12:00:00.123Z");

describe("a line of a log", () => {
  test("of a service is told with its fields, without what stands on every line", () => {
    const raw = JSON.stringify({
      level: "info",
      time: "2026-01-31T12:00:00.123Z",
      service: "order-service",
      pid: 7,
      msg: "request",
      method: "GET",
      took: { ms: 3 },
    });
    expect(render(raw)).toBe('12:00:00.123 order      INFO  request method=GET took={"ms":3}\n');
  });

  test("of mongod is told in the same form", () => {
    const raw = JSON.stringify({ t: { $date: "2026-01-31T12:00:00.123Z" }, s: "W", msg: "slow", attr: { ms: 5 } });
    expect(parseLogLine(raw, "mongod")).toMatchObject({ timeMs, level: "warn", fields: { ms: 5 } });
    expect(parseLogLine('{"t":{},"s":"D1","msg":"x"}', "mongod")).toMatchObject({ timeMs: undefined, level: "debug" });
    expect(render(raw, "mongod")).toBe("12:00:00.123 mongod     WARN  slow ms=5\n");
  });

  test("with an error is followed by its stack, at most 20 lines of it", () => {
    const stack = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    const lines = render(JSON.stringify({ level: "error", msg: "broke", err: { message: "m", stack } })).split("\n");
    expect(lines[1]).toBe("    line 0");
    expect(lines.slice(1, -1)).toHaveLength(20);
    expect(render('{"level":"error","msg":"broke","err":{"message":"why"}}')).toEndWith("broke\n    why\n");
  });

  test("that is not valid JSON is told as it is, and steers no terminal", () => {
    expect(parseLogLine("panic: x", "user")).toMatchObject({ timeMs: undefined, message: "panic: x", fields: {} });
    expect(render('{"msg":"a\\u001b[2Jb"}')).not.toContain("\u001b[2J");
    expect(parseLogLine("7", "user").message).toBe("7");
  });
});

describe("a log file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ordersctl-logs-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("that has grown too long is set aside and begun anew", async () => {
    const path = join(folder, "user.log");
    boundLog(path);
    await writeFile(path, "first\n");
    boundLog(path);
    expect((await stat(path)).size).toBe(6);
    await truncate(path, LOG_MAX_BYTES + 1);
    boundLog(path);
    expect((await stat(path)).size).toBe(0);
    expect((await readFile(`${path}.1`, "utf8")).slice(0, 6)).toBe("first\n");
  });

  test("is emptied although nothing can be set aside, as on a full disk", async () => {
    const path = join(folder, "full.log");
    await writeFile(path, "");
    await truncate(path, LOG_MAX_BYTES + 1);
    await mkdir(`${path}.1`);
    boundLog(path);
    expect((await stat(path)).size).toBe(0);
  });

  test("that takes no line keeps nobody from watching over the stack", async () => {
    const log = supervisorLog({ logDir: folder, logFile: () => folder });
    expect(() => log("warn", "order-service ended")).not.toThrow();
  });
});

describe("a connection string gets the name of a database", () => {
  const cases: readonly (readonly [uri: string, result: string])[] = [
    ["mongodb://h:1", "mongodb://h:1/userdb"],
    ["mongodb://h:1/?replicaSet=rs0", "mongodb://h:1/userdb?replicaSet=rs0"],
    ["mongodb://h:1,i:2/other?replicaSet=rs0", "mongodb://h:1,i:2/userdb?replicaSet=rs0"],
    ["mongodb://u:p@h:1/", "mongodb://u:p@h:1/userdb?authSource=admin"],
    ["mongodb://u:p@h:1/own", "mongodb://u:p@h:1/userdb?authSource=own"],
    ["mongodb+srv://u:p@h/?authSource=x&w=1", "mongodb+srv://u:p@h/userdb?authSource=x&w=1"],
    ["http://h", "http://h"],
  ];
  for (const [uri, result] of cases) test(uri, () => expect(uriOfDatabase(uri, "userdb")).toBe(result));
});
