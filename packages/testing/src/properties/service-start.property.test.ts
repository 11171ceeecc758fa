import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { productService } from "@pos/product-service/app";
import { environment } from "@pos/product-service/config";
import { type Clock, systemClock } from "@pos/service-kit/clock";
import { backoffMs, CONNECT_ATTEMPTS_MAX, connectDatabase } from "@pos/service-kit/database";
import { type ProcessPort, runService } from "@pos/service-kit/run-service";
import fc from "fast-check";
import { testDatabase, type TestDatabase } from "../database.ts";
import { freePort } from "@pos/local-mongodb/free-port";
import { silentLogger, testLogger } from "../logger.ts";
import { type TcpProxy, tcpProxy } from "../tcp-proxy.ts";

setDefaultTimeout(120_000);

/** Limit of an attempt that cannot succeed; production waits 2,000 ms. The waits between attempts are faked. */
const VAIN_ATTEMPT_MS = 12;
/** Limit of one that can, however busy the machine is. */
const ATTEMPT_MS = 30_000;
let database: TestDatabase;
let proxy: TcpProxy;
let proxiedUri: string;
beforeAll(async () => {
  database = await testDatabase("start");
  const direct = new URL(database.uri.replace("mongodb:", "http:"));
  proxy = await tcpProxy({ target: { host: "127.0.0.1", port: Number(direct.port) } });
  proxiedUri = `mongodb://127.0.0.1:${proxy.port}${direct.pathname}?directConnection=true`;
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

/** A clock whose sleeps end at once and are counted. */
function countingClock(onSleep: (sleeps: readonly number[]) => Promise<void> | void): {
  clock: Clock;
  sleeps: number[];
} {
  const sleeps: number[] = [];
  return {
    sleeps,
    clock: {
      now: () => Date.now(),
      async sleep(milliseconds) {
        sleeps.push(milliseconds);
        await onSleep(sleeps);
      },
    },
  };
}

// Feature: product-order-system, Property 15: Database connection failures trigger exponential backoff retry
test("a service that cannot reach its database waits 1 s, twice as long each time, at most 30 s, 10 attempts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 12 }), async (failures) => {
      if (failures > 0) proxy.cut();
      const { clock, sleeps } = countingClock((done) => {
        if (done.length === failures) proxy.restore();
      });
      const attemptMs = () => (sleeps.length < failures ? VAIN_ATTEMPT_MS : ATTEMPT_MS);
      const attempt = connectDatabase(proxiedUri, { clock, logger: silentLogger, attemptMs });
      const connected = await attempt.then(
        (found) => found.close().then(() => true),
        () => false,
      );
      const expected = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000];
      expect({ connected, sleeps }).toEqual({
        connected: failures < CONNECT_ATTEMPTS_MAX,
        sleeps: expected.slice(0, failures),
      });
      proxy.restore();
    }),
    { numRuns: 100 },
  );
  expect(
    Array.from({ length: 9 }, (_, index) => backoffMs(index + 1)).reduce((sum, wait) => sum + wait) / 1000 + 10 * 2,
  ).toBe(171);
}, 300_000);

// Feature: product-order-system, Property 14: Services wait for database connection before accepting requests
test("a service opens its port only once its database answers", async () => {
  const port = freePort();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), async (failures) => {
      proxy.cut();
      let isConnected = false;
      const backoff = countingClock(async (done) => {
        expect(await isListening(port)).toBe(false);
        if (done.length >= failures) proxy.restore();
      });
      const connectAttemptMs = () => (backoff.sleeps.length < failures ? VAIN_ATTEMPT_MS : ATTEMPT_MS);
      // Only the waits for the database are faked; what the service does afterwards takes its time.
      const clock: Clock = {
        now: () => Date.now(),
        sleep: (milliseconds, signal) =>
          isConnected ? systemClock.sleep(milliseconds, signal) : backoff.clock.sleep(milliseconds),
      };
      const { logger, entries } = testLogger();
      const signals = new Map<string, () => void>();
      const exited = Promise.withResolvers<number>();
      const process: ProcessPort = {
        env: {
          MONGO_URI: proxiedUri,
          PORT: String(port),
          HOST: "127.0.0.1",
          JWKS_URL: "http://127.0.0.1:9/.well-known/jwks.json",
          LOG_LEVEL: "info",
        },
        exit: (code) => exited.resolve(code),
        on: (signal, listener) => signals.set(signal, listener),
      };
      expect(await isListening(port)).toBe(false);
      await runService(
        {
          name: "product",
          environment,
          build: async (tools) => {
            isConnected = true;
            expect(await isListening(port)).toBe(false);
            return productService.build({ ...tools, logger });
          },
        },
        process,
        { clock, connectAttemptMs, logDestination: { write: () => undefined } },
      );
      const health = await fetch(`http://127.0.0.1:${port}/health`);
      expect([health.status, ((await health.json()) as { status: string }).status]).toEqual([200, "healthy"]);
      signals.get("SIGTERM")?.();
      expect(await exited.promise).toBe(0);
      expect(await isListening(port)).toBe(false);
      expect(entries().filter((entry) => entry["level"] === "error")).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 600_000);

async function isListening(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    (answer) => answer.body?.cancel().then(() => true) ?? true,
    () => false,
  );
}
