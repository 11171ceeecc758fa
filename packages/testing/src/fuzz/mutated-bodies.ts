import { connect, type Socket } from "node:net";
import type { ServedStackHandle } from "./served-stack.ts";

const CONNECTIONS = 16;
/** Far longer than a busy machine takes: what is looked for is a request that is never answered. In milliseconds. */
const HANG_MS = 20_000;
const GROWTH_MAX_BYTES = 50 * 1024 * 1024;
const ROUNDS_MAX = 3;
/** How often a body that was answered 503 is sent again. */
const AGAIN_MAX = 3;

/** What the rounds showed. */
export interface MutationReport {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  readonly growthBytes: number;
  readonly problems: readonly string[];
}

/** A small generator of random numbers (mulberry32), so that a seed repeats a run. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <Item>(random: () => number, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

/** Bodies that a client would send, by route; mutations start from them. */
function seeds(stack: ServedStackHandle) {
  const id = stack.customerId;
  return [
    ["user", "POST", "/users", { email: "fuzz@example.com", password: "correct horse", name: "Fuzz" }],
    ["user", "POST", "/auth/login", { email: "fuzz@example.com", password: "correct horse" }],
    ["user", "POST", "/auth/token", { grant_type: "client_credentials", client_id: "x", client_secret: "y" }],
    ["user", "POST", "/auth/refresh", { refreshToken: "0".repeat(43) }],
    ["user", "PUT", `/users/${id}`, { name: "Fuzz" }],
    ["product", "POST", "/products", { name: "Thing", description: "d", price: 1.5, stock: 3 }],
    ["product", "PUT", `/products/${id}`, { price: 2 }],
    ["product", "POST", `/products/${id}/stock-adjustments`, { delta: 1, reason: "r" }],
    [
      "product",
      "PUT",
      `/reservations/${id}`,
      { userId: id, fingerprint: "0".repeat(64), items: [{ productId: id, quantity: 1 }] },
    ],
    ["order", "POST", "/orders", { userId: id, items: [{ productId: id, quantity: 1 }] }],
    ["order", "PUT", `/orders/${id}/status`, { status: "cancelled" }],
  ] as const;
}

const oddValues = [
  "null",
  "true",
  "-1",
  "1e309",
  "-0",
  "0.1",
  "9007199254740993",
  '""',
  '"\\u0000"',
  '"\\ud800"',
  "[]",
  "{}",
  '{"$gt":""}',
  '{"$where":"1"}',
  '"__proto__"',
  "NaN",
  '"\u202e"',
  `"${"a".repeat(70_000)}"`,
  `${"[".repeat(40)}${"]".repeat(40)}`,
];

/** One random change of a body: a value, a name, some bytes, a cut, a repetition. */
function mutate(body: string, random: () => number): Buffer {
  const kind = Math.floor(random() * 7);
  if (kind === 0)
    return Buffer.from(
      body.replace(/:("[^"]*"|[\d.]+)/g, (whole) => (random() < 0.5 ? `:${pick(random, oddValues)}` : whole)),
    );
  if (kind === 1)
    return Buffer.from(
      body.replace(
        /"(\w+)":/,
        (_whole, name: string) => `"${pick(random, ["__proto__", "$set", "", name.toUpperCase(), `${name}.x`])}":`,
      ),
    );
  if (kind === 2) return Buffer.from(body.slice(0, Math.floor(random() * body.length)));
  if (kind === 3) return Buffer.from(body + pick(random, [body, "}", "\0", " x", "\ufeff"]));
  if (kind === 4)
    return Buffer.from(
      body.replace(
        "{",
        `{"${pick(random, ["role", "_id", "isAdmin", "constructor", "status"])}":${pick(random, oddValues)},`,
      ),
    );
  const bytes = Buffer.from(body);
  const flips = 1 + Math.floor(random() * 4);
  for (let flip = 0; flip < flips; flip++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return kind === 5 ? bytes : Buffer.concat([bytes.subarray(0, 3), bytes]);
}

/**
 * Sends mutated bodies over raw sockets to the three services: none may be answered 5xx (503 only counts four times in a
 * row), none may be without an answer for 20 s, and the stack's memory may not grow by 50 MB in each of three rounds.
 */
export async function sendMutatedBodies(
  stack: ServedStackHandle,
  options: { count: number; seed: number },
): Promise<MutationReport> {
  const random = randomFrom(options.seed);
  const report = { sent: 0, statuses: {} as Record<string, number>, slowestMs: 0, problems: [] as string[] };
  const tokens = { admin: await stack.signIn(), service: stack.serviceToken };
  const list = seeds(stack);
  const worker = async (budget: number) => {
    for (let index = 0; index < budget; index++) {
      const [service, method, path, valid] = pick(random, list);
      const body = mutate(JSON.stringify(valid), random);
      const token = path.startsWith("/reservations") ? tokens.service : tokens.admin;
      const startedAt = performance.now();
      const send = () => exchange(stack.urls[service], { method, path, token, body });
      let status = await send();
      // A request that is late on a busy machine is answered 503; a body that causes it does so each time.
      for (let again = AGAIN_MAX; status === 503 && again > 0; again--) status = await send();
      const elapsedMs = performance.now() - startedAt;
      report.sent++;
      report.slowestMs = Math.max(report.slowestMs, elapsedMs);
      report.statuses[status] = (report.statuses[status] ?? 0) + 1;
      if (status === 0 || status >= 500) {
        report.problems.push(
          `${method} ${path} → ${status} in ${Math.round(elapsedMs)} ms: ${body.toString("latin1").slice(0, 200)}`,
        );
      }
    }
  };
  const round = async (count: number) =>
    await Promise.all(Array.from({ length: CONNECTIONS }, () => worker(Math.ceil(count / CONNECTIONS))));
  await round(options.count / 10);
  // What a process takes once to get warm is no leak; a leak grows in every round.
  let growthBytes = Number.POSITIVE_INFINITY;
  for (let left = ROUNDS_MAX; left > 0 && growthBytes > GROWTH_MAX_BYTES; left--) {
    const before = await stack.rssBytes();
    await round((options.count * 9) / 10);
    growthBytes = Math.min(growthBytes, (await stack.rssBytes()) - before);
  }
  if (growthBytes > GROWTH_MAX_BYTES)
    report.problems.push(`memory grew by ${Math.round(growthBytes / 1024 / 1024)} MB and more in each round`);
  return { ...report, growthBytes };
}

const idle = new Map<string, Socket[]>();

/** One request over a kept-alive raw socket; 0 when there was no answer. */
function exchange(
  url: string,
  request: { method: string; path: string; token: string; body: Buffer },
): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = idle.get(port)?.pop() ?? connect(Number(port), hostname).setNoDelay(true);
  return new Promise((resolve) => {
    let answer = "";
    const finish = (status: number, isReusable: boolean) => {
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      if (isReusable) idle.set(port, [...(idle.get(port) ?? []), socket]);
      else socket.destroy();
      resolve(status);
    };
    socket.setTimeout(HANG_MS, () => finish(0, false));
    socket.on("error", () => finish(0, false));
    socket.on("close", () => finish(0, false));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      const head = answer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0);
      if (answer.length < head + 4 + length) return;
      const status = Number(answer.slice(9, 12));
      finish(status, !/connection: close/i.test(answer.slice(0, head)));
    });
    socket.write(
      `${request.method} ${request.path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n` +
        `Authorization: Bearer ${request.token}\r\nContent-Length: ${request.body.length}\r\n\r\n`,
    );
    socket.write(request.body);
  });
}
