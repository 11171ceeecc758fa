import { expect, test } from "bun:test";
import { NoAnswerError } from "@pos/client/errors";
import { TIMEOUT_MS } from "@pos/client/transport";
import { systemClock } from "@pos/service-kit/clock";
import { silentLogger } from "@pos/testing/logger";
import { hop } from "./service-call.ts";

const token = Object.assign(async () => "token", { forget: () => undefined });

test("a clock that is set back gives a call no more time than any call has", async () => {
  const clock = { ...systemClock, now: () => 1_000_000 };
  const tools = { token, clock, logger: silentLogger };
  const limitOf = (deadlineAtMs: number) =>
    hop({ to: "user-service", deadlineAtMs }, tools, async ({ timeoutMs }) => timeoutMs);
  expect(await limitOf(1_000_000 + 3_600_000)).toBe(TIMEOUT_MS);
  expect(await limitOf(1_000_000 + 4000)).toBe(4000);
});

test.each([
  ["cut off", false, 2],
  ["silent", true, 1],
])("a call that is %s, with time left, is made so often", async (_name, isTimeout, times) => {
  const tools = { token, clock: systemClock, logger: silentLogger };
  let calls = 0;
  const answer = await hop({ to: "user-service", deadlineAtMs: Date.now() + 60_000 }, tools, async () => {
    calls++;
    throw new NoAnswerError("http://there", { isTimeout });
  });
  expect([answer, calls]).toMatchObject([{ kind: "unanswered", reason: "unavailable" }, times]);
});
