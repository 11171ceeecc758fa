import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Stack, startStack } from "@pos/testing/stack";
import { tcpProxy } from "@pos/testing/tcp-proxy";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { refOf } from "../process-ref.ts";
import { runUntil } from "../test/endless.ts";
import { firstOfThreeFreePorts } from "../test/local-stack.ts";
import { ADMIN, signedInWorld } from "../test/signed-in.ts";
import { run, type World, world } from "../test/world.ts";

// What goes wrong: services that are away, sign-ins that end, files that others can read.

setDefaultTimeout(120_000);

const NOWHERE = "http://127.0.0.1:1";
let stack: Stack;
let admin: World;
let customer: World;
let productId: string;

beforeAll(async () => {
  stack = await startStack();
  admin = await signedInWorld(stack);
  const { email } = await stack.customer();
  customer = await signedInWorld(stack, { email, password: ADMIN.password });
  ({ id: productId } = await stack.admin.products.create({ name: "Mouse", price: 20, stock: 100 }));
});
afterAll(async () => {
  await Promise.all([admin.remove(), customer.remove()]);
  await stack.stop();
});

describe("a service that is away", () => {
  test("is named with what to try, and exit 5", async () => {
    for (const argv of [
      ["products", "list"],
      ["api", "GET", "/products"],
    ]) {
      const { exit, stdout, stderr } = await admin.run([...argv, "--product-url", NOWHERE]);
      expect([argv, exit, stdout]).toEqual([argv, 5, ""]);
      expect(stderr).toContain(`${NOWHERE} does not answer (connection refused).`);
      expect(stderr).toContain("Try: ordersctl up\n");
    }
  });

  test("shows up as such in version, whoever asks", async () => {
    const { exit, stdout } = await admin.run(["version", "--user-url", NOWHERE]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ordersctl \d/);
    expect(stdout).toContain("user      does not answer");
    expect(await customer.ok("version")).toContain("order     shown to administrators only");
  });

  test("behind a proxy that answers for it hides no other, and is waited for", async () => {
    let isThere = false;
    const server = createHttpServer((_, answer) => {
      const health = { status: "healthy", service: "product-service", checks: {} };
      if (isThere) answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(health));
      else answer.writeHead(502, { "content-type": "text/html" }).end("<html>Bad gateway</html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { exit, stdout } = await admin.run(["health", "--product-url", url]);
    expect([exit, stdout]).toEqual([5, expect.stringMatching(/user-service +healthy/)]);
    expect(stdout).toMatch(/product-service +unhealthy .*answered 502/);
    const sleep = async () => void (isThere = true);
    expect((await admin.run(["health", "--wait", "60s", "--product-url", url], { sleep })).exit).toBe(0);
    server.close();
  });

  test("that does not answer in time is told apart", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const { exit, stderr } = await admin.run(["products", "list", "--product-url", url, "--timeout", "100ms"]);
    expect([exit, stderr]).toEqual([5, expect.stringContaining(`${url} did not answer in time.`)]);
    for (const limit of ["0", "30d"]) {
      const { exit, stderr } = await admin.run(["products", "list", "--timeout", limit]);
      expect([exit, stderr]).toEqual([
        2,
        expect.stringContaining(`"${limit}" (flag --timeout) is not a valid time limit`),
      ]);
    }
    const health = await admin.run(["health", "product", "--product-url", url, "--timeout", "100ms"]);
    expect([health.exit, health.stdout]).toEqual([5, expect.stringContaining("no answer in time")]);
    server.close();
  });

  test("in the middle of its answer is away for api, too", async () => {
    const server = createServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"prod', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const argv of [
      ["products", "list"],
      ["api", "GET", "/products"],
    ]) {
      const { exit, stderr } = await admin.run([...argv, "--product-url", url]);
      expect([argv, exit, stderr]).toEqual([argv, 5, expect.stringContaining(`${url} does not answer`)]);
    }
    server.close();
  });

  test("for a moment only costs a moment: the order is placed once", async () => {
    stack.proxies.product.cut();
    const argv = ["orders", "place", "--item", "Mouse=3", "--idempotency-key", "cart-1", "-q"];
    let waits = 0;
    const sleep = async () => {
      waits++;
      stack.proxies.product.restore();
    };
    const { exit, stdout } = await admin.run(argv, { sleep });
    expect([exit, waits]).toEqual([0, expect.any(Number)]);
    expect(waits).toBeGreaterThan(0);
    const again = await admin.run(["orders", "place", "--item", "Mouse=3", "--idempotency-key", "cart-1"]);
    expect(again.stderr).toContain(`order ${stdout.trim()} was already placed`);
    expect((await stack.admin.products.get(productId)).stock).toBe(97);
  });

  test("for longer leaves it unknown whether an order was placed, and says how to find out", async () => {
    const argv = ["orders", "place", "--item", "Mouse", "--idempotency-key", "cart-2", "--order-url", NOWHERE];
    const { exit, stdout, stderr } = await customer.run([...argv, "--user", "f".repeat(24)]);
    expect([exit, stdout]).toEqual([5, ""]);
    expect(stderr).toContain("is unreachable. Retrying with the same key …");
    expect(stderr).toMatch(/It is unknown whether the order was placed: .*\.\n/);
    expect(stderr).toContain("the same command with --idempotency-key cart-2");
  });

  test("leaves it unknown whether stock was booked, and the named key books it once", async () => {
    const target = { host: "127.0.0.1", port: Number(new URL(stack.urls.product).port) };
    const proxy = await tcpProxy({ target });
    const clerk = await world(stack);
    clerk.env["ORDERSCTL_PRODUCT_URL"] = `http://127.0.0.1:${proxy.port}`;
    clerk.env["ORDERSCTL_TOKEN"] = stack.adminToken;
    const { id } = await stack.admin.products.create({ name: "Lamp", price: 20, stock: 100 });
    const argv = ["products", "adjust-stock", id, "--by", "10", "--reason", "delivery"];
    proxy.loseAnswers(true);
    const { exit, stderr } = await clerk.run([...argv, "--timeout", "100ms"]);
    expect([exit, stderr]).toEqual([5, expect.stringContaining("It is unknown whether the stock was changed:")]);
    const [, key = ""] = /the same command with --idempotency-key (\S+)/.exec(stderr) ?? [];
    proxy.loseAnswers(false);
    await clerk.ok(...argv, "--idempotency-key", key);
    expect((await stack.admin.products.get(id)).stock).toBe(110);
    await clerk.remove();
    await proxy.close();
  });

  test("leaves it unknown whether something was made that no key protects, and says where to look", async () => {
    const proxies = await Promise.all(
      [stack.urls.product, stack.urls.user].map((url) =>
        tcpProxy({ target: { host: "127.0.0.1", port: Number(new URL(url).port) } }),
      ),
    );
    const [product, user] = proxies.map(({ port }) => `http://127.0.0.1:${port}`);
    const clerk = await world(stack);
    clerk.env["ORDERSCTL_TOKEN"] = stack.adminToken;
    for (const proxy of proxies) proxy.loseAnswers(true);
    const cases: readonly (readonly [argv: readonly string[], unknown: string, look: string])[] = [
      [
        ["products", "create", "--name", "Desk lamp", "--price", "5", "--product-url", product ?? ""],
        "It is unknown whether the product was added:",
        "ordersctl products list --name 'Desk lamp'",
      ],
      [
        ["users", "create", "--email", "lost@example.com", "--name", "L", "--password-stdin", "--user-url", user ?? ""],
        "It is unknown whether the user was registered:",
        "ordersctl users get lost@example.com",
      ],
    ];
    for (const [argv, unknown, look] of cases) {
      const { exit, stderr } = await clerk.run([...argv, "--timeout", "100ms"], { stdin: ADMIN.password });
      expect([exit, stderr]).toEqual([5, expect.stringContaining(unknown)]);
      expect(stderr).toContain(`Try: ${look} `);
    }
    await Promise.all(proxies.map((proxy) => proxy.close()));
    const refused = await admin.run(["products", "create", "--name", "x", "--price", "5", "--product-url", NOWHERE]);
    expect(refused.stderr).toContain(`${NOWHERE} does not answer (connection refused).`);
    const redirecting = createHttpServer((_, answer) => void answer.writeHead(307, { location: NOWHERE }).end());
    await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
    const elsewhere = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    for (const argv of [
      ["products", "create", "--name", "x", "--price", "5", "--product-url", elsewhere],
      ["orders", "place", "--item", "Mouse", "--order-url", elsewhere],
    ]) {
      const { exit, stderr } = await clerk.run(argv);
      expect([exit, stderr]).toEqual([
        5,
        expect.stringContaining("does not answer (it redirects to another address)."),
      ]);
    }
    redirecting.close();
    await clerk.remove();
  });

  test("does not keep a watch beyond its time", async () => {
    const argv = ["orders", "watch", "f".repeat(24), "--for", "100ms", "--order-url", NOWHERE];
    const { exit, stderr } = await admin.run(argv);
    expect([exit, stderr]).toEqual([3, expect.stringMatching(/The time ran out\.\nTry: .+ --for/)]);
  });

  test("does not end a watch", async () => {
    const proxy = await tcpProxy({ target: { host: "127.0.0.1", port: Number(new URL(stack.urls.order).port) } });
    const watcher = await world(stack);
    watcher.env["ORDERSCTL_ORDER_URL"] = `http://127.0.0.1:${proxy.port}`;
    watcher.env["ORDERSCTL_TOKEN"] = stack.adminToken;
    const { id } = await stack.admin.orders
      .place({ userId: (await stack.customer()).id, items: [{ productId, quantity: 1 }] })
      .then(({ order }) => order);
    const isAwayFor = Promise.withResolvers<void>();
    let waits = 0;
    const sleep = async () => {
      if (++waits === 3) isAwayFor.resolve();
      await Bun.sleep(20);
    };
    proxy.cut();
    const watching = watcher.run(["orders", "watch", id], { sleep });
    await isAwayFor.promise;
    await stack.admin.orders.setStatus(id, { status: "processing" });
    await stack.admin.orders.setStatus(id, { status: "completed" });
    proxy.restore();
    const { exit, stdout, stderr } = await watching;
    expect(exit).toBe(0);
    expect(stdout).toMatch(/pending[^]*processing[^]*completed/);
    expect(stderr.match(/is unreachable\. Still watching/g)).toHaveLength(1);
    await watcher.remove();
    await proxy.close();
  });
});

describe("what runs until Ctrl-C", () => {
  test("orders watch --all prints what happens from now on", async () => {
    await stack.admin.orders.place({ userId: (await stack.customer()).id, items: [{ productId, quantity: 1 }] });
    let placed: Promise<string> | undefined;
    const { exit, stdout } = await runUntil(
      ["orders", "watch", "--all", "-o", "ndjson"],
      { env: admin.env, cwd: admin.home },
      (printed) => {
        placed ??= stack
          .customer()
          .then(({ id }) => stack.admin.orders.place({ userId: id, items: [{ productId, quantity: 2 }] }))
          .then(({ order }) => order.id);
        return printed.stdout !== "";
      },
    );
    expect(exit).toBe(130);
    const events = stdout.trim().split("\n");
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0] ?? "")).toMatchObject({ orderId: await placed, status: "pending", totalAmount: 40 });
  });

  test("health --watch asks again and again, on a terminal from its top", async () => {
    const isEnough = ({ stdout }: { stdout: string }) => stdout.split("user-service").length > 2;
    const world = { env: admin.env, cwd: admin.home };
    const argv = ["health", "--watch", "--color", "never"];
    const terminal = await runUntil(argv, { ...world, isTty: true }, isEnough);
    expect([terminal.exit, terminal.stdout.split("\u001b[H\u001b[2J").length]).toEqual([130, 3]);
    expect((await runUntil(argv, world, isEnough)).stdout).not.toContain("\u001b");
  });
});

describe("what cannot be meant is refused before anybody is asked, with exit 2:", () => {
  const id = "f".repeat(24);
  const refused: Readonly<Record<string, readonly [argv: readonly string[], says: string, stdin?: string]>> = {
    "an order id that is empty": [["orders", "get", ""], '"" is not an order id'],
    "an order id that is none": [["orders", "set-status", "../users", "completed"], "24 hexadecimal digits"],
    "a history of no order": [["orders", "history", "Keyboard"], "Try: ordersctl orders list"],
    "a watch of no order": [["orders", "watch", "Keyboard"], "Try: ordersctl orders list"],
    "cancelling no order": [["orders", "cancel", "", "--yes"], '"" is not an order id'],
    "an Idempotency-Key that no header holds": [
      ["orders", "place", "--item", "Mouse", "--idempotency-key", "ключ"],
      "--idempotency-key must be 1 to 255 visible ASCII characters.",
    ],
    "an empty Idempotency-Key": [
      ["products", "adjust-stock", id, "--by", "1", "--reason", "delivery", "--idempotency-key", ""],
      "--idempotency-key must be 1 to 255 visible ASCII characters.",
    ],
    "half a piece": [
      ["orders", "place", "--dry-run", "-f", "-"],
      '"quantity": whole number',
      '{"items":[{"product":"Mouse","quantity":1.5}]}',
    ],
    "orders of one's own and of somebody else": [["orders", "list", "--mine", "--user", id], "--mine"],
    "one message and all of them": [["outbox", "retry", id, "1", "--all"], "Pass an order and an entry, or --all."],
  };
  for (const [what, [argv, says, stdin = ""]] of Object.entries(refused))
    test(what, async () => {
      const { exit, stderr } = await run([...argv, "--order-url", NOWHERE, "--product-url", NOWHERE], { stdin });
      expect([exit, stderr]).toEqual([2, expect.stringContaining(says)]);
    });
});

test("what restore works on is not stopped, nor is restore", async () => {
  const data = join(admin.home, "at-work");
  await mkdir(data, { mode: 0o700 });
  const restore = Bun.spawn(["sleep", "60"]);
  const holder = { ...refOf(restore.pid), task: "restore" };
  const unit = { port: 1, restarts: 0, startedAtMs: 0 };
  const state = { phase: "stopped", database: "", services: { user: unit, product: unit, order: unit } };
  await writeFile(join(data, "state.json"), JSON.stringify(state));
  await writeFile(join(data, "supervisor.lock"), JSON.stringify(holder));
  for (const argv of [["down"], ["restart", "order"]]) {
    const { exit, stderr } = await admin.run([...argv, "--data-dir", data]);
    expect([exit, stderr]).toEqual([
      1,
      `error: restore is working on this data (pid ${restore.pid}).\nTry: the same command once it has finished\n`,
    ]);
  }
  expect(restore.exitCode).toBeNull();
  restore.kill();
  await restore.exited;
  await rm(data, { recursive: true });
});

test("a JSON file that is not there or not in UTF-8 is refused", async () => {
  const file = join(admin.home, "latin1.json");
  await writeFile(file, Buffer.from('{"items":[{"product":"Caf\u00e9"}]}', "latin1"));
  for (const command of [
    ["orders", "place"],
    ["seed", "--yes"],
    ["api", "POST", "/products"],
  ]) {
    const named = (path: string) => (command[0] === "api" ? ["-d", `@${path}`] : ["-f", path]);
    const { exit, stderr } = await admin.run([...command, ...named(file)]);
    expect([exit, stderr]).toEqual([2, `error: ${file} cannot be read: it is not encoded in UTF-8.\n`]);
    const absent = await admin.run([...command, ...named("/none.json")]);
    expect(absent.stderr).toBe("error: /none.json cannot be read: there is no such file.\n");
  }
});

test("an order id is taken with the blanks it was pasted with, a JSON file with its byte order mark", async () => {
  const items = '\uFEFF{"items":[{"product":"Mouse","quantity":1}]}\r\n';
  const { stdout } = await admin.run(["orders", "place", "-f", "-", "-q"], { stdin: items });
  expect(await admin.ok("orders", "get", ` ${stdout}`, "-q")).toBe(stdout);
  expect((await admin.run(["seed", "--dry-run", "-f", "-"], { stdin: '\uFEFF{"users":[]}' })).exit).toBe(0);
});

describe("a sign-in", () => {
  const file = (who: World): string => join(who.home, "config", "ordersctl", "credentials.json");
  const change = async (who: World, changes: object): Promise<void> => {
    const { local } = JSON.parse(await readFile(file(who), "utf8")) as { local: object };
    await writeFile(file(who), JSON.stringify({ local: { ...local, ...changes } }), { mode: 0o600 });
  };

  test("that has ended for good is told, with whom to sign in", async () => {
    const other = await signedInWorld(stack);
    await change(other, { expiresAtMs: 0, refreshToken: "A".repeat(43) });
    const { exit, stderr } = await other.run(["orders", "list"]);
    expect(exit).toBe(4);
    expect(stderr).toContain(`The sign-in of ${ADMIN.email} has expired.`);
    expect(stderr).toContain(`Try: ordersctl login --email ${ADMIN.email}\n`);
    // The password is of the service that the profile on the line leads to, and goes to no other.
    const named = await other.run(["orders", "list", "--profile", "local"]);
    expect(named.stderr).toContain(`Try: ordersctl login --profile local --email ${ADMIN.email}\n`);
    const doctor = await other.run(["doctor", "--data-dir", join(other.home, "none")]);
    expect(doctor.stdout).toContain("has expired");
    expect(doctor.stdout).toContain(`Try: ordersctl login --email ${ADMIN.email}\n`);
    // The same when it is a service that says so, to a token that is good by the clock.
    await change(other, { expiresAtMs: Date.now() + 600_000, token: "revoked" });
    for (const argv of [
      ["orders", "list"],
      ["products", "create", "--name", "x", "--price", "1"],
      ["orders", "watch", "f".repeat(24), "--for", "300ms"],
    ]) {
      const revoked = await other.run(argv);
      expect([argv, revoked.exit, revoked.stderr]).toEqual([argv, 4, expect.stringContaining("has expired.\n")]);
    }
    await other.remove();
  });

  test("is renewed when its token was revoked, once for all requests of a command", async () => {
    const other = await signedInWorld(stack);
    await change(other, { token: "revoked" });
    expect((await other.run(["audit", "--settle", "0s"])).stderr).not.toContain("Sign in again");
    expect((await other.run(["whoami"])).exit).toBe(0);
    await change(other, { token: "revoked" });
    expect((await other.run(["orders", "list"])).exit).toBe(0);
    await change(other, { token: "revoked" });
    // A token that was typed is sent as it is, whatever comes of it.
    expect((await other.run(["api", "GET", "/orders", "-H", "authorization: Bearer typed"])).exit).toBe(4);
    expect((await other.run(["api", "GET", "/orders"])).exit).toBe(0);
    await other.remove();
  });

  test("may be a token of the environment", async () => {
    const other = await world(stack);
    other.env["ORDERSCTL_TOKEN"] = stack.adminToken;
    expect(await other.json("whoami")).toMatchObject({ email: ADMIN.email });
    expect(await other.ok("whoami", "--show-token")).toBe(`${stack.adminToken}\n`);
    expect(await other.ok("doctor", "--data-dir", join(other.home, "none"))).toContain("by ORDERSCTL_TOKEN");
    const signedIn = await signedInWorld(stack);
    signedIn.env["ORDERSCTL_TOKEN"] = stack.adminToken;
    expect(await signedIn.ok("doctor", "--data-dir", join(other.home, "none"))).toContain("by ORDERSCTL_TOKEN");
    await signedIn.remove();
    expect(await other.ok("whoami", "-q")).toBe(await admin.ok("whoami", "-q"));
    for (const token of ["a.b.c", "ключ", `Bearer ${stack.adminToken}`]) {
      other.env["ORDERSCTL_TOKEN"] = token;
      for (const argv of [["whoami"], ["products", "list"]]) {
        const { exit, stderr } = await other.run(argv);
        expect([exit, stderr]).toEqual([
          4,
          "error: ORDERSCTL_TOKEN is not an access token.\nTry: unset ORDERSCTL_TOKEN\n",
        ]);
      }
    }
    // One that has expired: a new sign-in would not take its place.
    other.env["ORDERSCTL_TOKEN"] = `${stack.adminToken.slice(0, -4)}AAAA`;
    const ended = await other.run(["orders", "list"]);
    expect([ended.exit, ended.stderr]).toEqual([4, expect.stringMatching(/\nTry: unset ORDERSCTL_TOKEN .*\n$/)]);
    const refused = await customer.run(["users", "list", "--profile", "local"]);
    expect(refused.stderr).toEndWith("\n     ordersctl login --profile local   (as a user with that permission)\n");
    other.env["ORDERSCTL_TOKEN"] = (await customer.ok("whoami", "--show-token")).trim();
    expect((await other.run(["users", "list"])).stderr).toMatch(/\n +unset ORDERSCTL_TOKEN .*\n$/);
    other.env["ORDERSCTL_TOKEN"] = "a.b.c";
    expect(await other.ok("version")).not.toContain("does not answer");
    await other.remove();
  });

  test("ends here although the service is away", async () => {
    const other = await world(stack);
    other.env["ORDERSCTL_USER_URL"] = stack.urls.user;
    await other.run(["login", "--email", ADMIN.email, "--password-stdin"], { stdin: ADMIN.password });
    await change(other, { userUrl: NOWHERE });
    other.env["ORDERSCTL_USER_URL"] = NOWHERE;
    const { exit, stderr } = await other.run(["logout"]);
    expect([exit, stderr]).toEqual([0, expect.stringContaining("user-service could not be reached")]);
    expect((await other.run(["logout"])).stderr).toBe("Not signed in (profile local).\n");
    await other.remove();
  });

  test("of a customer does not seed", async () => {
    const { exit, stderr } = await customer.run(["seed"]);
    expect([exit, stderr]).toEqual([4, expect.stringContaining("Only an administrator can seed.")]);
    const argv = ["seed", "--user-url", "http://users.example.com"];
    expect((await admin.run(argv)).stderr).toContain(
      "Create demo users with a well-known password at users.example.com?",
    );
  });
});

describe("passwords at the terminal", () => {
  test("are not looked for in an empty standard input", async () => {
    const { exit, stderr } = await customer.run(["login", "--email", ADMIN.email, "--password-stdin"], { stdin: "\n" });
    expect([exit, stderr]).toEqual([2, expect.stringContaining("error: Standard input holds no password.\n")]);
  });

  const type = (argv: readonly string[], ...lines: readonly string[]) =>
    customer.run(argv, { isTty: true, stdin: lines.join("\n") });

  test("are typed twice, and nothing happens when the two differ or nothing is typed", async () => {
    const argv = ["users", "create", "--email", "typed@example.com", "--name", "T", "--color", "never"];
    const differ = await type(argv, "one password", "another one");
    expect([differ.exit, differ.stderr]).toEqual([
      3,
      expect.stringContaining("two passwords differ; nothing was changed"),
    ]);
    expect((await type(argv, "", "")).exit).toBe(3);
    expect((await customer.run(argv)).exit).toBe(2);
    const { exit, stdout, stderr } = await type(argv, "one password", "one password");
    expect([exit, stdout]).toEqual([0, expect.stringContaining("typed@example.com")]);
    expect(stderr).toContain("Password of typed@example.com: The same again: ");
    expect(stdout + stderr).not.toContain("one password");
  });

  test("are changed with the current one, and the sign-in goes on", async () => {
    expect((await type(["users", "set-password"], "")).exit).toBe(3);
    expect((await customer.run(["users", "set-password"])).exit).toBe(2);
    expect((await customer.run(["users", "set-password", "--password-stdin"], { stdin: "one line" })).exit).toBe(2);
    const wrong = await type(["users", "set-password"], "wrong password", "next password", "next password");
    expect(wrong.exit).not.toBe(0);
    const { exit } = await type(["users", "set-password"], ADMIN.password, "next password", "next password");
    expect(exit).toBe(0);
    expect((await customer.run(["whoami"])).exit).toBe(0);
  });

  test("are changed for the user of a token in the environment; the sign-in of somebody else stays", async () => {
    const { email } = await stack.customer();
    const eve = await signedInWorld(stack, { email, password: ADMIN.password });
    admin.env["ORDERSCTL_TOKEN"] = (await eve.ok("whoami", "--show-token")).trim();
    const stdin = `${ADMIN.password}\nnext password\n`;
    const { exit, stderr } = await admin.run(["users", "set-password", "--password-stdin"], { stdin });
    expect([exit, stderr]).toEqual([0, "✓ the password was changed\n"]);
    delete admin.env["ORDERSCTL_TOKEN"];
    expect(await admin.json("whoami")).toMatchObject({ email: ADMIN.email });
    await eve.remove();
  });
});

describe("doctor finds", () => {
  const examine = async (who: World, ...argv: readonly string[]) => {
    const { exit, stdout } = await who.run(["doctor", "-o", "json", ...argv]);
    const found = JSON.parse(stdout) as readonly { name: string; status: string; detail: string; fix?: string }[];
    return { exit, check: (name: string) => found.find((each) => each.name === name) };
  };

  test("sign-ins and data that others can read", async () => {
    const other = await signedInWorld(stack);
    const file = join(other.home, "config", "ordersctl", "credentials.json");
    await chmod(file, 0o644);
    const data = join(other.home, "data");
    await mkdir(data, { mode: 0o755 });
    const { exit, check } = await examine(other, "--data-dir", data);
    expect(exit).toBe(6);
    expect(check("Sign-ins")).toMatchObject({ status: "problem", fix: `chmod 600 ${file}` });
    expect(check("Data directory")).toMatchObject({ status: "problem", fix: `chmod 700 ${data}` });
    await chmod(file, 0o600);
    await chmod(data, 0o700);
    const mended = await examine(other, "--data-dir", data);
    expect([mended.check("Sign-ins")?.status, mended.check("Data directory")?.status]).toEqual(["ok", "ok"]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await other.remove();
  });

  test("services that do not answer, and a port that somebody has", async () => {
    const other = await world();
    const port = firstOfThreeFreePorts();
    const data = join(other.home, "data");
    await mkdir(data, { mode: 0o700 });
    const unit = (number: number) => ({ port: number, restarts: 0, startedAtMs: 0 });
    const services = { user: unit(port), product: unit(port + 1), order: unit(port + 2) };
    await writeFile(join(data, "state.json"), JSON.stringify({ phase: "stopped", database: "", services }));
    other.env["ORDERSCTL_USER_URL"] = NOWHERE;
    other.env["ORDERSCTL_PRODUCT_URL"] = NOWHERE;
    other.env["ORDERSCTL_ORDER_URL"] = NOWHERE;
    const free = await examine(other, "--data-dir", data);
    expect(free.check("Stack")).toMatchObject({ status: "ok" });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port + 1, "127.0.0.1", resolve));
    const { exit, check } = await examine(other, "--data-dir", data);
    server.close();
    expect(exit).toBe(6);
    const fix = `ordersctl up --port ${port + 100} --data-dir ${data}`;
    expect(check("Stack")).toMatchObject({ status: "problem", fix });
    expect(check("Services")).toMatchObject({
      status: "warning",
      detail: "no service answers",
    });
    expect(check("Clock")).toMatchObject({ detail: "not compared: no service answers" });
    expect(check("Signed in")).toMatchObject({ status: "warning", fix: "ordersctl login" });
    await other.remove();
  });

  test("a service that is away while the others answer", async () => {
    const { exit, check } = await examine(admin, "--order-url", NOWHERE, "--data-dir", join(admin.home, "none"));
    expect([exit, check("Services")]).toEqual([
      6,
      expect.objectContaining({
        status: "problem",
        detail: "order is unreachable",
        fix: "ordersctl health   or   ordersctl logs",
      }),
    ]);
  });

  test("a service whose clock differs from the others', where every token has expired", async () => {
    const server = createHttpServer((_, answer) => {
      const date = new Date(Date.now() + 20 * 60_000).toUTCString();
      answer.writeHead(200, { "content-type": "application/json", date }).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { check } = await examine(admin, "--product-url", url, "--data-dir", join(admin.home, "none"));
    server.close();
    expect(check("Clock")).toMatchObject({
      status: "problem",
      detail: expect.stringMatching(/^(1199|120[01]) s off from product-service$/),
      fix: "set the clocks (NTP)",
    });
  });

  test("a profile that is none", async () => {
    const other = await world();
    const { exit, check } = await examine(other, "--profile", "stagin", "--data-dir", join(other.home, "none"));
    expect([exit, check("Services")]).toEqual([
      6,
      {
        name: "Services",
        status: "problem",
        detail: 'There is no profile "stagin" (flag --profile); choose from local.',
        fix: "ordersctl profile set stagin --user-url … --product-url … --order-url …",
      },
    ]);
    expect(check("Signed in")).toMatchObject({ status: "warning" });
    await other.remove();
  });

  test("services of which none is healthy, although one answers", async () => {
    const server = createHttpServer((_, answer) => {
      answer
        .writeHead(503, { "content-type": "application/json" })
        .end(JSON.stringify({ status: "unhealthy", service: "order-service", checks: {} }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const orderUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const urls = ["--user-url", NOWHERE, "--product-url", NOWHERE, "--order-url", orderUrl];
    const { exit, check } = await examine(admin, ...urls, "--data-dir", join(admin.home, "none"));
    server.close();
    expect([exit, check("Services")?.status]).toEqual([6, "problem"]);
  });

  test("what keeps it from reading the data directory, and goes on", async () => {
    const data = join(admin.home, "data");
    await writeFile(data, "");
    const file = await examine(admin, "--data-dir", data);
    expect([file.exit, file.check("Data directory")]).toEqual([
      6,
      expect.objectContaining({
        status: "problem",
        detail: `${data} cannot be used as a folder: there is a file of this name.`,
      }),
    ]);
    expect(file.check("Stack")).toMatchObject({ status: "problem" });
    expect(file.check("Signed in")).toMatchObject({ status: "ok" });
    await rm(data);
    await mkdir(data, { mode: 0o700 });
    await writeFile(join(data, "state.json"), "{");
    const damaged = await examine(admin, "--data-dir", data);
    expect([damaged.exit, damaged.check("Stack")]).toEqual([
      6,
      expect.objectContaining({ status: "problem", fix: `correct or remove ${join(data, "state.json")}` }),
    ]);
    await rm(data, { recursive: true });
  });

  test("a part of a running stack that does not run", async () => {
    const data = join(admin.home, "data");
    await mkdir(data, { mode: 0o700 });
    const self = refOf(process.pid);
    const unit = { process: self, port: 1, restarts: 0, startedAtMs: 0 };
    const services = { user: unit, product: unit, order: unit };
    const mongod = { port: 4, restarts: 7, startedAtMs: 0, lastEnd: "SIGABRT" };
    const state = { phase: "ready", supervisor: self, database: "", services, mongod };
    await writeFile(join(data, "state.json"), JSON.stringify(state));
    await writeFile(join(data, "supervisor.lock"), JSON.stringify(self));
    const { exit, check } = await examine(admin, "--data-dir", data);
    expect([exit, check("Stack")]).toEqual([
      6,
      {
        name: "Stack",
        status: "problem",
        detail: "running, but mongod is not (SIGABRT)",
        fix: `ordersctl logs supervisor --data-dir ${data}`,
      },
    ]);
    await rm(data, { recursive: true });
  });
});

describe("db migrate", () => {
  let other: World;
  beforeAll(async () => {
    other = await world();
    other.env["MONGO_URI"] = "mongodb://127.0.0.1:1/";
    const { databases } = stack;
    other.env["USER_MONGO_URI"] = databases.user.uri;
    other.env["PRODUCT_MONGO_URI"] = databases.product.uri;
    other.env["ORDER_MONGO_URI"] = databases.order.uri;
  });
  afterAll(() => other.remove());

  test("takes the connection strings of the environment", async () => {
    expect((await other.run(["db", "migrate"])).stderr).toContain("the databases are migrated to this release");
    expect(await other.ok("db", "migrate", "--dry-run", "-o", "name")).toContain("migration/user/1\n");
  });

  const databases = async (env: Readonly<Record<string, string>> = {}) => {
    const { stdout } = await other.run(["doctor", "--data-dir", join(other.home, "none"), "-o", "json"], { env });
    return (JSON.parse(stdout) as readonly { name: string; status: string; detail: string }[]).find(
      ({ name }) => name === "Databases",
    );
  };

  test("and doctor look at the same databases", async () => {
    expect(await databases()).toMatchObject({ status: "ok", detail: "migrated to this release" });
  });

  test("and doctor tell of a database that refuses the connection string", async () => {
    const uri = stack.databases.user.uri.replace("://", "://nobody:wrong@");
    const detail = "userdb could not be read: Authentication failed.";
    expect(await databases({ USER_MONGO_URI: uri })).toEqual({ name: "Databases", status: "problem", detail });
  });

  test("names what a newer release has migrated, and does not call it finished", async () => {
    const migrations = stack.databases.order.database.db.collection<{ _id: number; name: string }>("migrations");
    await migrations.insertOne({ _id: 1000, name: "of tomorrow" });
    try {
      for (const options of [["--dry-run"], []]) {
        const { exit, stdout, stderr } = await other.run(["db", "migrate", ...options]);
        expect(exit).toBe(0);
        expect(stdout).toMatch(/^orderdb +1000 +of tomorrow +newer$/m);
        expect(stderr).toContain("orderdb has migrations of a newer release");
        expect(stderr).not.toContain("are migrated to this release");
      }
      expect(await databases()).toMatchObject({ status: "warning", detail: "orderdb: migrated by a newer release" });
    } finally {
      await migrations.deleteOne({ _id: 1000 });
    }
  });
});

describe("the terminal", () => {
  test("gets colours, a pipe does not, and NO_COLOR wins", async () => {
    const argv = ["products", "list"];
    const coloured = (text: string) => text.includes("\u001b[");
    expect(coloured((await admin.run(argv, { isTty: true })).stdout)).toBe(true);
    expect(coloured((await admin.run(argv)).stdout)).toBe(false);
    expect(coloured((await admin.run([...argv, "--color", "always"])).stdout)).toBe(true);
    expect(coloured((await admin.run([...argv, "--no-color"], { isTty: true })).stdout)).toBe(false);
    admin.env["NO_COLOR"] = "1";
    expect(coloured((await admin.run(argv, { isTty: true })).stdout)).toBe(false);
    delete admin.env["NO_COLOR"];
    expect((await admin.run([...argv, "--color", "pink"])).exit).toBe(2);
    admin.env["ORDERSCTL_COLOR"] = "pink";
    expect((await admin.run(argv)).stderr).toContain('"pink" (environment ORDERSCTL_COLOR) is not one of');
    delete admin.env["ORDERSCTL_COLOR"];
  });

  test("is asked before something is lost; without one --yes must be given", async () => {
    const { id } = await stack.admin.products.create({ name: "Lost", price: 1, stock: 0 });
    expect((await admin.run(["products", "delete", id])).stderr).toContain("Try: the same command with --yes");
    expect((await admin.run(["products", "delete", id], { isTty: true, stdin: "\n" })).exit).toBe(3);
    expect((await admin.run(["products", "delete", id, "--no-input"], { isTty: true, stdin: "y\n" })).exit).toBe(2);
    expect((await stack.admin.products.get(id)).name).toBe("Lost");
    expect((await admin.run(["products", "delete", id], { isTty: true, stdin: "yes\n" })).exit).toBe(0);
    expect((await admin.run(["products", "get", id])).exit).toBe(1);
  });
});
