import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../environment.ts";
import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import type { StackLayout } from "./layout.ts";
import { waitHealthy } from "./wait-healthy.ts";

test("a start goes on when the clock is set ahead meanwhile", async () => {
  const logs = await mkdtemp(join(tmpdir(), "ordersctl-test-"));
  let probes = 0;
  const service = Bun.serve({ port: 0, fetch: () => new Response("", { status: ++probes < 4 ? 503 : 200 }) });
  const startedAtMs = Date.now();
  const io = { now: () => startedAtMs + (probes > 1 ? 3_600_000 : 0), sleep } as unknown as Io;
  const told: string[] = [];
  const talk = { say: (text: string) => void told.push(text) } as unknown as Talk;
  const layout = { logFile: (name: string) => join(logs, name) } as unknown as StackLayout;
  const running = { pid: 1, ended: new Promise<never>(() => undefined), stop: async () => undefined };
  const stopping = new AbortController().signal;
  await waitHealthy("user", { url: service.url.origin, running, startedAtMs, stopping }, { io, talk, layout });
  expect([probes, told]).toEqual([4, []]);
  await service.stop(true);
  await rm(logs, { recursive: true });
});
