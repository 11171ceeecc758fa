import { expect, test } from "bun:test";
import { parseLogLine } from "./log-lines.ts";
import { linesOfTrace, withoutIds } from "./trace-lines.ts";

const orderId = "65f1c0ffee0123456789abcd";
const line = (service: string, fields: Record<string, unknown>) =>
  parseLogLine(JSON.stringify({ time: "2026-01-31T12:00:00.000Z", level: "info", msg: "request", ...fields }), service);
const placed = line("order", { requestId: "request-1", traceId: "t1", path: "/orders" });
const reserved = line("product", { requestId: "request-1", traceId: "t1", path: `/reservations/${orderId}` });
const relayed = line("order", { traceId: "t1", orderId });
const read = line("order", { requestId: "request-2", traceId: "t2", path: `/api/v1/orders/${orderId.toUpperCase()}` });
const other = line("order", { requestId: "request-3", traceId: "t3", path: "/orders" });
const text = parseLogLine("no JSON at all", "order");
const all = [placed, reserved, relayed, read, other, text];

test.each([
  ["a request id", "request-1", [placed, reserved, relayed]],
  ["a trace id", "t2", [read]],
  ["an order id", orderId, [placed, reserved, relayed, read]],
  ["an unknown id", "f".repeat(24), []],
])("%s finds the lines of its traces in every service", (_what, id, expected) => {
  expect(linesOfTrace(all, id)).toEqual(expected);
});

test("ids are left out where all lines are of one trace, and stay where they tell traces apart", () => {
  const fieldsOf = (lines: typeof all) => withoutIds(lines).map(({ fields }) => fields);
  const release = line("product", { requestId: "request-4", traceId: "t1", path: "/release" });
  expect(fieldsOf([placed, relayed, release])).toEqual([{ path: "/orders" }, { orderId }, { path: "/release" }]);
  expect(fieldsOf([placed, read])).toEqual([placed.fields, read.fields]);
});
