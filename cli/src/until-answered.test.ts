import { ApiError } from "@pos/client/errors";
import { expect, test } from "bun:test";
import type { Tools } from "./tools.ts";
import { untilAnswered } from "./until-answered.ts";

test("what asks to be left alone for an hour is asked again after half a minute", async () => {
  const sleeps: number[] = [];
  const io = { sleep: async (milliseconds: number) => void sleeps.push(milliseconds) };
  const tools = { io, talk: { say: () => undefined } } as unknown as Tools;
  const answers = [3600, 2, undefined].map(
    (retryAfterSeconds) => new ApiError({ code: "UNKNOWN", message: "Maintenance", status: 503, retryAfterSeconds }),
  );
  const change = async () => {
    const answer = answers.shift();
    if (answer !== undefined) throw answer;
    return "done";
  };
  expect(await untilAnswered(change, { key: "k", unknown: "Whether", promise: "once" }, tools)).toBe("done");
  expect(sleeps).toEqual([30_000, 2000, 1000]);
});
