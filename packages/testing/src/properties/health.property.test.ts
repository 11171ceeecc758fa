import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { productService } from "@pos/product-service/app";
import { environment } from "@pos/product-service/config";
import { systemClock } from "@pos/service-kit/clock";
import { readEnvironment } from "@pos/service-kit/config";
import { connectDatabase, type Database } from "@pos/service-kit/database";
import type { BuiltService } from "@pos/service-kit/run-service";
import fc from "fast-check";
import { testDatabase, type TestDatabase } from "../database.ts";
import { eventually } from "../eventually.ts";
import { silentLogger } from "../logger.ts";
import { type TcpProxy, tcpProxy } from "../tcp-proxy.ts";

setDefaultTimeout(120_000);

let databases: TestDatabase;
const started: { service: BuiltService; database: Database; proxy: TcpProxy }[] = [];
beforeAll(async () => {
  databases = await testDatabase("health");
  for (let index = 0; index < 2; index++) started.push(await startBehindProxy());
});
afterAll(async () => {
  for (const { service, database, proxy } of started) {
    await service.app.stop(true);
    await Promise.all(service.background.map((work) => work.stop()));
    await database.close();
    await proxy.close();
  }
  await databases.drop();
});

async function startBehindProxy() {
  const target = new URL(databases.uri.replace("mongodb:", "http:"));
  const proxy = await tcpProxy({ target: { host: "127.0.0.1", port: Number(target.port) } });
  const uri = `mongodb://127.0.0.1:${proxy.port}${target.pathname}?directConnection=true`;
  const config = readEnvironment(environment, {
    MONGO_URI: uri,
    PORT: "0",
    HOST: "127.0.0.1",
    JWKS_URL: "http://127.0.0.1:9/keys",
  });
  const database = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
  const service = await productService.build({
    config,
    database,
    logger: silentLogger,
    clock: systemClock,
    port: () => 0,
  });
  service.app.listen({ hostname: "127.0.0.1", port: 0 });
  return { service, database, proxy };
}

async function health(index: number, path: string) {
  const answer = await fetch(`http://127.0.0.1:${started[index]?.service.app.server?.port}${path}`);
  return {
    status: answer.status,
    body: (await answer.json()) as { status: string; checks: Record<string, { status: string }> },
  };
}

// Feature: product-order-system, Property 18: Health check verifies database connectivity
test("health is 200 while the database answers and 503 while it does not, however many probes come at once", async () => {
  started[1]?.proxy.cut();
  await fc.assert(
    fc.asyncProperty(
      // A probe of a database that is away takes its whole limit, so one example in seven is such a probe.
      fc.integer({ min: 0, max: 6 }).map((number) => number > 0),
      fc.constantFrom("/health", "/api/v1/health"),
      fc.integer({ min: 1, max: 8 }),
      async (isReachable, path, probes) => {
        const answers = await Promise.all(Array.from({ length: probes }, () => health(isReachable ? 0 : 1, path)));
        for (const { status, body } of answers) {
          expect({ status, said: body.status, database: body.checks["database"]?.status }).toEqual(
            isReachable
              ? { status: 200, said: "healthy", database: "up" }
              : { status: 503, said: "unhealthy", database: "down" },
          );
        }
      },
    ),
    { numRuns: 100 },
  );
}, 600_000);

test("a liveness probe is answered although the database is away: a restart would not bring it back", async () => {
  started[1]?.proxy.cut();
  const { status, body } = await health(1, "/health?checks=none");
  expect([status, body.status, body.checks]).toEqual([200, "healthy", {}]);
});

test("health recovers by itself when the database is back", async () => {
  started[1]?.proxy.cut();
  expect((await health(1, "/health")).status).toBe(503);
  started[1]?.proxy.restore();
  await eventually(
    () => health(1, "/health"),
    ({ status }) => status === 200,
  );
});
