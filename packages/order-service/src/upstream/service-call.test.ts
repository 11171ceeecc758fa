import { expect, test } from "bun:test";
import { TIMEOUT_MS } from "@pos/client/transport";
import { systemClock } from "@pos/service-kit/clock";
import { silentLogger } from "@pos/testing/logger";
import { hop } from "./service-call.ts";

test("a clock that is set back gives a call no more time than any call has", async () => {
  const token = Object.assign(async () => "token", { forget: () => undefined });
  const clock = { ...systemClock, now: () => 1_000_000 };
  const tools = { token, clock, logger: silentLogger };
  const limitOf = (deadlineAtMs: number) =>
    hop({ to: "user-service", deadlineAtMs }, tools, async ({ timeoutMs }) => timeoutMs);
  expect(await limitOf(1_000_000 + 3_600_000)).toBe(TIMEOUT_MS);
  expect(await limitOf(1_000_000 + 4000)).toBe(4000);
});
