import { describe, expect, test } from "bun:test";
import { QueueFullError } from "@pos/service-kit/coalesce";
import { MongoNetworkError, MongoServerError } from "mongodb";
import { LateError } from "./failure.ts";
import { changeError, placementError } from "./verdicts.ts";

const change = { orderId: "a".repeat(24), to: "completed" as const };

describe("an outcome that nobody knows", () => {
  test.each([
    ["a lost connection", new MongoNetworkError("gone")],
    ["a deadline", new LateError("late")],
    ["a full queue", new QueueFullError("full")],
    ["nothing known", undefined],
  ])("because of %s is 503 with Retry-After", (_name, cause) => {
    for (const error of [placementError({ kind: "unknown", cause }), changeError({ kind: "unknown", cause }, change)]) {
      expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 1 });
    }
  });

  test("because of anything else is 500, generic, with its cause for the log", () => {
    const cause = new MongoServerError({ message: "secret inside", code: 2 });
    for (const error of [placementError({ kind: "unknown", cause }), changeError({ kind: "unknown", cause }, change)]) {
      expect(error).toMatchObject({ code: "INTERNAL_ERROR", cause });
      expect(error.message).not.toContain("secret");
    }
  });
});

describe("another service without an answer", () => {
  test("that names a time is 503 with that time", () => {
    const error = placementError({ kind: "unanswered", reason: "unavailable", retryAfterSeconds: 7 });
    expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 7 });
  });

  test.each(["broken", "denied"] as const)("because it is %s is 502", (reason) => {
    expect(placementError({ kind: "unanswered", reason }).code).toBe("BAD_GATEWAY");
  });
});

test("a rejection keeps its code and facts", () => {
  const rejection = {
    kind: "rejected",
    code: "INSUFFICIENT_STOCK",
    message: "short",
    details: { productId: "x" },
  } as const;
  expect(placementError(rejection)).toMatchObject({ code: "INSUFFICIENT_STOCK", details: { productId: "x" } });
});

test("a collision is 500 and names nothing", () => {
  expect(placementError({ kind: "collision", orderId: "abc" })).toMatchObject({ code: "INTERNAL_ERROR" });
});

test("an order that others keep changing is 503", () => {
  expect(changeError({ kind: "contended" }, change)).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
});
