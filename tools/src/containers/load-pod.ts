/**
 * Runs inside a cluster, as one file in a pod with nothing but bun: places orders over new connections, one after the
 * other by several customers, for DURATION_S seconds. Prints one line of JSON: what was asked, what failed, and, after
 * it has asked again for every order without a verdict, whether the system has exactly the orders it acknowledged.
 */
import { setTimeout as sleep } from "node:timers/promises";

const environment = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing`);
  return value;
};
const userUrl = environment("USER_URL");
const productUrl = environment("PRODUCT_URL");
const orderUrl = environment("ORDER_URL");
const durationMs = Number(environment("DURATION_S")) * 1000;
const WORKERS = 4;
const STOCK_UNITS = 1_000_000;
const PAUSE_MS = 10;
const SETTLE_MS = 120_000;

const failures: string[] = [];
let requests = 0;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(
  method: string,
  url: string,
  options: { token?: string; key?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    keepalive: false,
    headers: {
      "content-type": "application/json",
      connection: "close",
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.key === undefined ? {} : { "idempotency-key": options.key }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function must(
  method: string,
  url: string,
  options: { token?: string; body?: unknown } = {},
): Promise<Answer["body"]> {
  const { status, body } = await call(method, url, options);
  if (status >= 300) throw new Error(`${method} ${url} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function signIn(email: string, password: string): Promise<string> {
  return String((await must("POST", `${userUrl}/auth/login`, { body: { email, password } }))["token"]);
}

const adminToken = await signIn(environment("ADMIN_EMAIL"), environment("ADMIN_PASSWORD"));
const customer = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse battery" };
const userId = String((await must("POST", `${userUrl}/users`, { body: { ...customer, name: "Load" } }))["id"]);
const token = await signIn(customer.email, customer.password);
const lamp = { name: `Lamp ${customer.email}`, description: "", price: 9.99, stock: STOCK_UNITS };
const productId = String((await must("POST", `${productUrl}/products`, { token: adminToken, body: lamp }))["id"]);

const acknowledged = new Set<string>();
const open = new Set<string>();
let lastAt = Date.now();
let longestPauseMs = 0;

/** @returns whether it got a verdict */
async function place(key: string): Promise<boolean> {
  open.add(key);
  requests++;
  try {
    const body = { userId, items: [{ productId, quantity: 1 }] };
    const answer = await call("POST", `${orderUrl}/orders`, { token, key, body });
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    acknowledged.add(String(answer.body["id"]));
    longestPauseMs = Math.max(longestPauseMs, Date.now() - lastAt);
    lastAt = Date.now();
    open.delete(key);
    return true;
  } catch (error) {
    failures.push(
      `${new Date().toISOString()} ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    );
    return false;
  }
}

const endsAt = Date.now() + durationMs;
await Promise.all(
  Array.from({ length: WORKERS }, async () => {
    while (Date.now() < endsAt) {
      const placed = await place(crypto.randomUUID());
      await sleep(placed ? PAUSE_MS : 200);
    }
  }),
);
const during = { requests, failed: failures.length, firstFailures: failures.slice(0, 5) };

const settleUntil = Date.now() + SETTLE_MS;
while (open.size > 0 && Date.now() < settleUntil) {
  for (const key of [...open]) await place(key);
  await sleep(500);
}

const stored = new Set<string>();
for (let cursor = ""; ;) {
  const next = cursor === "" ? "" : `&cursor=${cursor}`;
  const page = await must("GET", `${orderUrl}/orders/user/${userId}?limit=1000${next}`, { token });
  for (const { id } of page["orders"] as { id: string }[]) stored.add(id);
  const { nextCursor } = page;
  if (typeof nextCursor !== "string") break;
  cursor = nextCursor;
}
const stock = Number((await must("GET", `${productUrl}/products/${productId}`))["stock"]);
const lost = [...acknowledged].filter((id) => !stored.has(id)).length;
const extra = stored.size - acknowledged.size + lost;
console.log(
  JSON.stringify({
    ...during,
    orders: stored.size,
    open: open.size,
    lost,
    extra,
    unitsMissing: STOCK_UNITS - stock - stored.size,
    longestPauseMs,
  }),
);
