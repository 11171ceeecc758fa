import { type Stack, startStack } from "@pos/testing/stack";
import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { sleep } from "../environment.ts";
import type { Io } from "../io.ts";
import { signedInWorld } from "../test/signed-in.ts";
import type { World } from "../test/world.ts";
import { createTools } from "../tools.ts";
import { type Credentials, readCredentials, writeCredentials } from "./config-files.ts";
import type { Session } from "./session.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let front: ReturnType<typeof Bun.serve>;
let admin: World;
let kept: Credentials;
/** Renewals that came to what stands before user-service, and what it does with the next one. */
let renewals: number;
let beforeRenewal: () => Promise<Response | undefined>;
let nowMs: number;

beforeAll(async () => {
  stack = await startStack();
  front = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const answer = pathname === "/auth/refresh" ? (renewals++, await beforeRenewal()) : undefined;
      return answer ?? fetch(new URL(pathname, stack.urls.user), request);
    },
  });
});
beforeEach(async () => {
  [renewals, nowMs, beforeRenewal] = [0, Date.now(), async () => undefined];
  admin = await signedInWorld({ ...stack, urls: { ...stack.urls, user: `http://127.0.0.1:${front.port}` } });
  const { local } = await readCredentials(admin.env);
  if (local === undefined) throw new Error("nobody is signed in");
  kept = local;
});
afterEach(() => admin.remove());
afterAll(async () => {
  await front.stop(true);
  await stack.stop();
});

const signedIn = async (changes: Partial<Credentials>): Promise<Session> => {
  await writeCredentials(admin.env, "local", { ...kept, ...changes });
  const output = { write: () => undefined, isTty: false, columns: 80 };
  const io: Io = {
    stdout: output,
    stderr: output,
    stdin: { isTty: false, readAll: async () => "", chunks: async function* () {}, readLine: async () => undefined },
    env: admin.env,
    cwd: admin.home,
    now: () => nowMs,
    sleep,
    onSignal: () => () => undefined,
  };
  return (await createTools(io, {})).session;
};

const times = <Value>(count: number, make: () => Promise<Value>): Promise<Value>[] =>
  Array.from({ length: count }, make);

test("requests at once with a token that is about to end share one renewal", async () => {
  const session = await signedIn({ expiresAtMs: nowMs + 1000 });
  const tokens = await Promise.all(times(5, () => session.token()));
  expect(new Set(tokens).size).toBe(1);
  expect([tokens[0] === kept.token, renewals]).toEqual([false, 1]);
});

test("requests at once with a token that is refused share one renewal", async () => {
  const client = await (await signedIn({ token: "revoked" })).client();
  const answers = await Promise.all(times(5, () => client.orders.list({})));
  expect([answers.length, renewals]).toEqual([5, 1]);
});

test("a token that is refused, and that another request sees about to end, is renewed once for both", async () => {
  const session = await signedIn({ token: "revoked" });
  const isRenewing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  beforeRenewal = async () => {
    isRenewing.resolve();
    await goOn.promise;
    return undefined;
  };
  const listing = (await session.client()).orders.list({});
  await isRenewing.promise;
  nowMs = kept.expiresAtMs - 1000;
  const tokens = times(3, () => session.token());
  await session.credentials();
  goOn.resolve();
  await Promise.all([listing, ...tokens]);
  expect(renewals).toBe(1);
});

test("a renewal that failed fails all that share it, and the next request tries again", async () => {
  const session = await signedIn({ expiresAtMs: nowMs + 1000 });
  beforeRenewal = async () => new Response(undefined, { status: 503 });
  const outcomes = await Promise.allSettled(times(3, () => session.token()));
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  beforeRenewal = async () => undefined;
  const client = stack.as(await session.token());
  expect((await client.users.get(kept.userId)).email).toBe(kept.email);
  expect(renewals).toBe(2);
});
