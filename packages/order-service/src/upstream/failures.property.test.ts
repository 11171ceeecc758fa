import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ErrorEnvelope } from "@pos/contracts/errors";
import { eventually } from "@pos/testing/eventually";
import { type Stack, startStack } from "@pos/testing/stack";
import { Value } from "@sinclair/typebox/value";
import fc from "fast-check";
import { type Fault, recordBehind, type Recorder } from "../test/recorder.ts";

setDefaultTimeout(120_000);
const STOCK = 100_000;
type Hop = "user" | "product";
let stack: Stack;
let customer: Awaited<ReturnType<Stack["customer"]>>;
let productId: string;
let recorders: Record<Hop, Recorder>;
beforeAll(async () => {
  // Short limits, so that the time-outs and the reaper after them fit into a test.
  stack = await startStack({ env: { PLACEMENT_TIMEOUT_MS: "1000", REAPER_AGE_MS: "2000", REAPER_PERIOD_MS: "100" } });
  recorders = {
    user: recordBehind(stack.proxies.user, stack.urls.user),
    product: recordBehind(stack.proxies.product, stack.urls.product),
  };
  customer = await stack.customer();
  ({ id: productId } = await stack.admin.products.create({ name: "Lamp", price: 2.5, stock: STOCK }));
  await place();
});
afterAll(async () => {
  await stack.stop();
  await Promise.all(Object.values(recorders).map((each) => each.stop()));
});

const json = { "content-type": "application/json" };
const envelope = (code: string) => JSON.stringify({ error: { code, message: "no" } });
/** Answers of a service in trouble, and what the caller of order-service is told. */
const faults: readonly { fault: Fault; status: number }[] = [
  { fault: { status: 503, body: envelope("SERVICE_UNAVAILABLE"), headers: json }, status: 503 },
  {
    fault: { status: 429, body: envelope("TOO_MANY_REQUESTS"), headers: { ...json, "retry-after": "7" } },
    status: 503,
  },
  { fault: { status: 500, body: envelope("INTERNAL_ERROR"), headers: json }, status: 502 },
  { fault: { status: 504, body: "<html>gateway</html>" }, status: 502 },
  { fault: { status: 401, body: envelope("UNAUTHORIZED"), headers: json }, status: 502 },
  { fault: { status: 403, body: envelope("FORBIDDEN"), headers: json }, status: 502 },
  { fault: { status: 200, body: "{" }, status: 502 },
  { fault: { status: 200, body: "{}", headers: json }, status: 502 },
];

const failure = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("answers"), number: fc.nat({ max: faults.length - 1 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refuses"), number: fc.constant(0) }) },
);
/** Each costs the whole time-out, so each hop is silent once. */
const silence: [Hop, { kind: string; number: number }][] = [
  ["user", { kind: "is silent", number: 0 }],
  ["product", { kind: "is silent", number: 0 }],
];

function place(): Promise<Response> {
  return fetch(`${stack.urls.order}/orders`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${customer.token}` },
    body: JSON.stringify({ userId: customer.id, items: [{ productId, quantity: 1 }] }),
  });
}

/** Breaks a hop, and gives back the way to mend it. */
function breakHop(hop: Hop, { kind, number }: { kind: string; number: number }): () => void {
  const proxy = stack.proxies[hop];
  if (kind === "answers") {
    recorders[hop].answer(faults[number]?.fault);
    return () => recorders[hop].answer(undefined);
  }
  if (kind === "refuses") {
    proxy.cut();
    return () => proxy.restore();
  }
  proxy.loseAnswers(true);
  return () => {
    proxy.cut();
    proxy.loseAnswers(false);
    proxy.restore();
  };
}

async function ordersOf(): Promise<number> {
  return stack.databases.order.database.db.collection("orders").countDocuments({ status: "pending" });
}

// Feature: product-order-system, Property 16: Failed inter-service calls return error response
test("a hop that fails in any way is an error in the envelope, no order, and no crash", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Hop>("user", "product"), failure, async (hop, way) => {
      const before = await ordersOf();
      const mend = breakHop(hop, way);
      const answer = await place();
      mend();
      const expected = way.kind === "answers" ? faults[way.number]?.status : 503;
      const body: unknown = await answer.json();
      expect(answer.status).toBe(expected ?? 0);
      expect(Value.Check(ErrorEnvelope, body)).toBe(true);
      if (answer.status === 503) expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await ordersOf()).toBe(before);
      expect((await stack.admin.operation.health("order")).status).toBe("healthy");
    }),
    { numRuns: 100, examples: silence },
  );
  // A busy machine may be late at first; what is expected is that the hops are whole again.
  await eventually(async () => (await place()).status === 201);
  // The reaper gives back what the failed placements took.
  await eventually(async () => (await stack.admin.products.get(productId)).stock === STOCK - (await ordersOf()));
});
