import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { SHUTDOWN_MAX_MS } from "@pos/contracts/limits";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { Elysia } from "elysia";
import { MongoNetworkTimeoutError } from "mongodb";
import { access } from "../auth/access.ts";
import { commonEnvironment } from "../config/common.ts";
import { createHealthMonitor } from "../health/health.ts";
import { changeOutOfTime } from "../http/app-error.ts";
import { createServiceApp } from "../http/service-app.ts";
import { type Clock, systemClock } from "./clock.ts";
import { runService, type ServiceTools } from "./run-service.ts";

setDefaultTimeout(120_000);

/** 8 s in line and 4 s in the database; Bun looks at its connections every 4 s. */
const PASSWORD_ANSWER_MS = 12_500;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase("lifecycle");
});
afterAll(() => database.drop());

const environment = commonEnvironment({ port: 3001 });

/**
 * A service with one slow route, run with a process port that the test holds, by its clock where it brings one.
 * @param failures what its first steps in the database fail with, one after the other
 */
function start(env: Record<string, string> = {}, clock: Clock = systemClock, failures: Error[] = []) {
  const signals = new Map<string, () => void>();
  const exited = Promise.withResolvers<number>();
  const listening = Promise.withResolvers<number>();
  const asked = Promise.withResolvers<void>();
  const state = { lines: [] as string[], stoppedWork: 0, exits: 0 };
  const build = async ({ logger, port }: ServiceTools<{ mongoUri: string }>) => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    const verifier = { verify: () => Promise.reject(new Error("nobody")) };
    const health = createHealthMonitor("slow", []);
    const app = createServiceApp(
      () =>
        new Elysia({ normalize: false })
          .use(access(verifier))
          .get(
            "/slow",
            async () => {
              asked.resolve();
              await Bun.sleep(300);
              return "done";
            },
            { access: "anyone" },
          )
          .get("/slowest", () => Bun.sleep(PASSWORD_ANSWER_MS).then(() => "done"), { access: "anyone" }),
      {
        logger,
        verifier,
        health,
        facts: { service: "slow", version: "1", environmentNames: [], port },
        corsOrigins: [],
        document: { title: "Slow", version: "1", description: "" },
      },
    );
    const background = [
      {
        start: () => setTimeout(() => listening.resolve(port()), 1),
        stop: async () => {
          state.stoppedWork++;
        },
      },
    ];
    return { app, health, background };
  };
  const given: Record<string, string | undefined> = {
    MONGO_URI: database.uri,
    PORT: "0",
    HOST: "127.0.0.1",
    ...env,
  };
  void runService(
    { name: "slow", version: "1", environment, build },
    {
      env: given,
      exit: (code) => {
        state.exits++;
        exited.resolve(code);
      },
      on: (signal, listener) => signals.set(signal, listener),
    },
    { clock, logDestination: { write: (line: string) => void state.lines.push(line) } },
  );
  return { signals, exited: exited.promise, listening: listening.promise, isAsked: asked.promise, state, env: given };
}

describe("a service", () => {
  test("drains on SIGTERM: health turns 503 while it serves, requests in flight finish, exit 0", async () => {
    const drained = Promise.withResolvers<void>();
    const sleep: Clock["sleep"] = (milliseconds, signal) =>
      milliseconds === 200 ? drained.promise : systemClock.sleep(milliseconds, signal);
    const run = start({ DRAIN_DELAY_MS: "200" }, { ...systemClock, sleep });
    const url = `http://127.0.0.1:${await run.listening}`;
    const before = await fetch(`${url}/health`);
    expect([before.status, before.headers.get("connection")]).toEqual([200, null]);
    run.signals.get("SIGTERM")?.();
    const draining = await fetch(`${url}/health`);
    expect([draining.status, draining.headers.get("connection")]).toEqual([503, "close"]);
    const asked = fetch(`${url}/slow`);
    await run.isAsked;
    drained.resolve();
    const inFlight = await asked;
    expect([await inFlight.text(), inFlight.headers.get("connection")]).toEqual(["done", "close"]);
    expect(await run.exited).toBe(0);
    expect(run.state.stoppedWork).toBe(1);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  test("ends on SIGINT too, once however often it is asked to", async () => {
    const run = start({ DRAIN_DELAY_MS: "50" });
    await run.listening;
    for (let times = 0; times < 2; times++) run.signals.get("SIGINT")!();
    expect(await run.exited).toBe(0);
    // The others would end it in the same turn.
    await Bun.sleep(0);
    expect(run.state).toMatchObject({ stoppedWork: 1, exits: 1 });
  });

  test("does not cut a request that waits for its answer as long as a password may", async () => {
    const run = start();
    const answer = await fetch(`http://127.0.0.1:${await run.listening}/slowest`);
    expect(await answer.text()).toBe("done");
    run.signals.get("SIGTERM")?.();
    expect(await run.exited).toBe(0);
  });

  test("waits at each step of its end as long as manifests are told, and no longer", async () => {
    const sleptMs: number[] = [];
    const sleep: Clock["sleep"] = async (milliseconds) => void sleptMs.push(milliseconds);
    const run = start({ DRAIN_DELAY_MS: "50" }, { ...systemClock, sleep });
    await run.listening;
    sleptMs.length = 0;
    run.signals.get("SIGTERM")?.();
    expect(await run.exited).toBe(0);
    const { logs: _, ...steps } = SHUTDOWN_MAX_MS;
    expect(sleptMs).toEqual([50, ...Object.values(steps)]);
  });

  test("does not share its port: a second one says that it is taken and exits 1", async () => {
    const first = start();
    const port = await first.listening;
    const second = start({ PORT: String(port) });
    expect(await Promise.race([second.exited, second.listening.then(() => "listens")])).toBe(1);
    expect(second.state.lines.join("")).toContain("EADDRINUSE");
    first.signals.get("SIGTERM")?.();
    expect(await first.exited).toBe(0);
  });

  test("ends at once on SIGTERM while it waits for its database", async () => {
    const run = start({ MONGO_URI: "mongodb://127.0.0.1:1/nowhere" });
    while (!run.state.lines.some((line) => line.includes("trying again"))) await Bun.sleep(10);
    const stop = run.signals.get("SIGTERM");
    expect(stop).toBeDefined();
    stop?.();
    expect(await run.exited).toBe(0);
  });

  test.each([
    "mongodb://u:hunter2/@db/x",
    "mongodb://u:hunter2@db:99999/x",
    "mongodb://u:hunter2@db/x?replicaset=rs0&nope=1",
  ])("does not wait for a database whose address is none: %s", async (uri) => {
    const run = start({ MONGO_URI: uri }, { ...systemClock, sleep: () => Promise.reject(new Error("it waits")) });
    expect(await run.exited).toBe(1);
    const lines = run.state.lines.join("");
    expect(lines).toContain("MONGO_URI");
    expect(lines).not.toContain("trying again");
    expect(lines).not.toContain("hunter2");
  });

  test("takes its first steps again when the database is too slow for them or away, and gives up on other failures", async () => {
    let nowMs = 0;
    const sleep: Clock["sleep"] = async (milliseconds) => void (nowMs += milliseconds);
    const clock = { ...systemClock, now: () => nowMs, sleep };
    const slow = start({}, clock, [new MongoNetworkTimeoutError("timed out"), changeOutOfTime()]);
    await slow.listening;
    expect(nowMs).toBe(2000);
    slow.signals.get("SIGTERM")?.();
    expect(await slow.exited).toBe(0);
    nowMs = 0;
    const away = start(
      {},
      clock,
      Array.from({ length: 400 }, () => new MongoNetworkTimeoutError("timed out")),
    );
    expect(await Promise.race([away.exited, away.listening])).toBe(1);
    expect(nowMs).toBeWithin(300_000, 302_000);
    const broken = start({}, clock, [new Error("the stored keys do not open")]);
    expect(await Promise.race([broken.exited, broken.listening])).toBe(1);
  });

  test("keeps the addresses of its configuration from a proxy that its environment names", async () => {
    const run = start({ HTTP_PROXY: "http://127.0.0.1:1", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:2" });
    await run.listening;
    expect([run.env["NO_PROXY"], run.env["no_proxy"]]).toEqual(["127.0.0.1:2", "127.0.0.1:2"]);
    run.signals.get("SIGTERM")?.();
    expect(await run.exited).toBe(0);
  });

  test("says every problem of its environment on a line of its own and exits 1", async () => {
    const run = start({ MONGO_URI: "", PORT: "x", LOG_LEVEL: "loud" });
    expect(await run.exited).toBe(1);
    const messages = run.state.lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toHaveLength(3);
    expect(messages.map((message) => message.split(" ")[0]).sort()).toEqual(["LOG_LEVEL", "MONGO_URI", "PORT"]);
  });
});
