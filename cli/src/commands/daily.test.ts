import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Stack, startStack } from "@pos/testing/stack";
import { ObjectId } from "mongodb";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../environment.ts";
import { ADMIN, signedInWorld } from "../test/signed-in.ts";
import { type World, world } from "../test/world.ts";

setDefaultTimeout(120_000);

let stack: Stack;
let admin: World;
beforeAll(async () => {
  stack = await startStack();
  admin = await signedInWorld(stack);
});
afterAll(async () => {
  await admin.remove();
  await stack.stop();
});

const firstId = async (...argv: string[]): Promise<string> => (await admin.ok(...argv, "-q")).split("\n")[0] ?? "";

const stockOf = async (name: string): Promise<number> =>
  ((await admin.json("products", "get", name)) as { stock: number }).stock;

describe("sign-in", () => {
  test("is kept privately and works for the next command", async () => {
    const file = join(admin.home, "config", "ordersctl", "credentials.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(admin.home, "config", "ordersctl"))).mode & 0o777).toBe(0o700);
    expect(await admin.json("whoami")).toMatchObject({ email: ADMIN.email, role: "admin" });
    expect(await admin.ok("whoami", "--show-token")).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  test("with a wrong password exits 4, keeps nothing and does not show the password", async () => {
    const other = await world(stack);
    const argv = ["login", "--email", ADMIN.email, "--password-stdin"];
    const { exit, stderr, stdout } = await other.run(argv, { stdin: "wrong horse\n" });
    expect(exit).toBe(4);
    expect(stderr).toContain("Try: retry with the right password");
    expect(stderr + stdout).not.toContain("wrong horse");
    expect((await other.run(["whoami"])).exit).toBe(4);
    await other.remove();
  });

  test("asks at a terminal, and never without one", async () => {
    const other = await world(stack);
    const typed = await other.run(["login"], { isTty: true, stdin: `${ADMIN.email}\n${ADMIN.password}\n` });
    expect(typed).toMatchObject({ exit: 0 });
    expect(typed.stderr).toContain("Password:");
    expect((await other.run(["login", "--email", ADMIN.email])).exit).toBe(2);
    expect((await other.run(["login"], { isTty: true, stdin: `${ADMIN.email}\n\n` })).exit).toBe(3);
    await other.remove();
  });

  test("that is about to end is renewed without asking", async () => {
    const other = await signedInWorld(stack);
    const file = join(other.home, "config", "ordersctl", "credentials.json");
    const kept = JSON.parse(await readFile(file, "utf8")) as Record<string, Record<string, unknown>>;
    const before = kept["local"]?.["token"];
    await writeFile(
      file,
      JSON.stringify({ local: { ...kept["local"], expiresAtMs: Date.now() + 1000, token: "old" } }),
    );
    expect(await other.json("whoami")).toMatchObject({ email: ADMIN.email });
    const after = JSON.parse(await readFile(file, "utf8")) as Record<string, Record<string, unknown>>;
    expect(after["local"]?.["token"]).not.toBe("old");
    expect(after["local"]?.["refreshToken"]).not.toBe(kept["local"]?.["refreshToken"]);
    expect(before).toBeString();
    await other.remove();
  });

  test("is never sent to another address than the one it was made for", async () => {
    let authorization: string | null | undefined;
    const stranger = Bun.serve({
      port: 0,
      fetch: (request) => {
        authorization = request.headers.get("authorization");
        return Response.json({ products: [] });
      },
    });
    const { stderr } = await admin.run(["products", "list", "--product-url", stranger.url.origin]);
    expect(authorization).toBeNull();
    expect(stderr).toContain("continuing without signing in");
    const several = await admin.run(["version", "--product-url", stranger.url.origin]);
    expect(several.stderr.match(/continuing without signing in/g)).toHaveLength(1);
    await stranger.stop(true);
  });

  test("ends at the service and here", async () => {
    const other = await signedInWorld(stack);
    expect((await other.run(["logout"])).stderr).toContain("signed out");
    expect((await other.run(["whoami"])).exit).toBe(4);
    expect((await other.run(["logout"])).stderr).toContain("Not signed in");
    await other.remove();
  });
});

describe("the catalogue", () => {
  test("from the first delivery to the last piece", async () => {
    await admin.ok("products", "create", "--name", "Kettle 鍋", "--price", "59.90", "--stock", "3");
    const id = await firstId("products", "list", "--name", "Kettle 鍋");
    expect(await admin.json("products", "get", "Kettle 鍋")).toMatchObject({ id, price: 59.9, stock: 3 });
    expect(await admin.ok("products", "get", id)).toContain("59.90");
    await admin.ok("products", "adjust-stock", "Kettle 鍋", "--by", "7", "--reason", "delivery");
    await admin.ok("products", "adjust-stock", id, "--by=-2", "--reason", "broken");
    await admin.ok("products", "update", "Kettle 鍋", "--price", "49.5", "--description", "boils");
    expect(await admin.json("products", "get", id)).toMatchObject({ stock: 8, price: 49.5, description: "boils" });
    expect((await admin.run(["products", "update", id])).exit).toBe(2);
    expect((await admin.run(["products", "delete", id])).exit).toBe(2);
    expect((await admin.run(["products", "delete", id], { isTty: true, stdin: "n\n" })).exit).toBe(3);
    await admin.ok("products", "delete", id, "--yes");
    const gone = await admin.run(["products", "get", id]);
    expect(gone.exit).toBe(1);
    expect(gone.stderr).toContain("404 NOT_FOUND, request id");
  });

  test("of two products of one name the id must be given", async () => {
    for (const price of ["1", "2"]) await admin.ok("products", "create", "--name", "Twin", "--price", price);
    const { exit, stderr } = await admin.run(["orders", "place", "--item", "Twin"]);
    expect(exit).toBe(1);
    expect(stderr).toContain('2 products are called "Twin"');
    expect((await admin.run(["products", "get", "No such"])).stderr).toContain("Try: ordersctl products list");
  });
});

describe("an order", () => {
  test("is placed by name, found again, moved and cancelled", async () => {
    await admin.ok("products", "create", "--name", "Lamp", "--price", "0.1", "--stock", "10");
    const placed = await admin.run(["orders", "place", "--item", "Lamp=3"]);
    expect(placed).toMatchObject({ exit: 0 });
    expect(placed.stdout).toContain("3 × Lamp");
    expect(placed.stderr).toContain("total 0.30");
    const id = await firstId("orders", "list", "--limit", "1");
    expect(await admin.json("orders", "get", id)).toMatchObject({ status: "pending", totalAmount: 0.3 });
    expect(await admin.ok("orders", "get", id)).toContain("Lamp");
    const illegal = await admin.run(["orders", "set-status", id, "completed"]);
    expect(illegal.exit).toBe(1);
    expect(illegal.stderr).toContain(`Try: ordersctl orders set-status ${id} processing`);
    await admin.ok("orders", "set-status", id, "processing");
    expect((await admin.run(["orders", "cancel", id])).exit).toBe(2);
    await admin.ok("orders", "cancel", id, "--reason", "changed my mind", "--yes");
    expect(await admin.ok("orders", "history", id)).toContain("changed my mind");
    expect((await admin.run(["orders", "watch", id])).exit).toBe(3);
    expect((await admin.run(["orders", "set-status", id, "processing"])).stderr).toContain("This status is final.");
    expect((await admin.run(["orders", "set-status", id, "lost"])).exit).toBe(2);
    // The stock comes back with the next round of the relay.
    for (let round = 0; round < 100 && (await stockOf("Lamp")) !== 10; round++) await Bun.sleep(100);
    expect(await stockOf("Lamp")).toBe(10);
  });

  test("has beside its history its reservation and the messages that wait, for administrators", async () => {
    await admin.ok("products", "create", "--name", "Vase", "--price", "2", "--stock", "10");
    const id = (await admin.ok("orders", "place", "--item", "Vase=3", "-q")).trim();
    const orders = stack.databases.order.database.db.collection("orders");
    const now = new Date();
    const entry = { id: "lost", kind: "settle", rid: "0".repeat(32), state: "dead", tries: 20, unanswered: 0 };
    const outbox = [{ ...entry, createdAt: now, nextAt: now, lastError: "404 NOT_FOUND" }];
    await orders.updateOne({ _id: new ObjectId(id) }, { $set: { outbox } });
    const shown = await admin.ok("orders", "history", id);
    expect(shown).toMatch(/RESERVATION +UNITS.+\n(held|confirmed) +3 × Vase .+\n/);
    expect(shown).toMatch(/settle +dead +20 +404 NOT_FOUND\n/);
    expect(await admin.json("orders", "history", id)).toMatchObject([{ status: "pending" }]);
    await orders.updateOne({ _id: new ObjectId(id) }, { $set: { outbox: [] } });

    const { email } = await stack.customer();
    const customer = await signedInWorld(stack, { email, password: ADMIN.password });
    const own = (await customer.ok("orders", "place", "--item", "Vase", "-q")).trim();
    expect(await customer.ok("orders", "history", own)).not.toContain("RESERVATION");
    await customer.remove();
  });

  test("with one idempotency key is placed once", async () => {
    await admin.ok("products", "create", "--name", "Mug", "--price", "5", "--stock", "10");
    const argv = ["orders", "place", "--item", "Mug=2", "--idempotency-key", "cart-7", "-q"];
    const first = await admin.ok(...argv);
    const again = await admin.run(["orders", "place", "--item", "Mug=2", "--idempotency-key", "cart-7"]);
    expect(again.stderr).toContain("was already placed");
    expect(again.stderr).toContain(first.trim());
    expect(await admin.json("products", "get", "Mug")).toMatchObject({ stock: 8 });
  });

  test("comes from a file or a pipe, and may be tried first", async () => {
    await admin.ok("products", "create", "--name", "Pen", "--price", "2", "--stock", "10");
    const stdin = JSON.stringify({ items: [{ product: "Pen", quantity: 4 }] });
    const tried = await admin.run(["orders", "place", "-f", "-", "--dry-run"], { stdin });
    expect(tried.stderr).toContain("4 × Pen at 2.00, 10 in stock");
    expect((await admin.run(["orders", "place", "-f", "-"], { stdin })).exit).toBe(0);
    expect(await admin.json("products", "get", "Pen")).toMatchObject({ stock: 6 });
    for (const bad of ["no json", '{"items":[{"quantity":1}]}']) {
      expect((await admin.run(["orders", "place", "-f", "-"], { stdin: bad })).exit).toBe(2);
    }
    const unknown: readonly (readonly [field: string, stdin: string])[] = [
      ["qty", '{"items":[{"product":"Pen","qty":3}]}'],
      ["userId", '{"userId":"65f1c0ffee0123456789abcd","items":[{"product":"Pen"}]}'],
    ];
    for (const [field, stdin] of unknown) {
      const { exit, stderr } = await admin.run(["orders", "place", "-f", "-"], { stdin });
      expect([exit, stderr]).toEqual([2, expect.stringContaining(`"${field}" is not a field of an order`)]);
    }
    const list = await admin.run(["orders", "place", "-f", "-"], { stdin: '[{"product":"Pen"}]' });
    expect([list.exit, list.stderr]).toEqual([2, expect.stringContaining("not an order")]);
    for (const argv of [
      ["orders", "place"],
      ["orders", "place", "--item", "Pen=x"],
      ["orders", "place", "--item", "Pen=0"],
    ]) {
      expect((await admin.run(argv)).exit).toBe(2);
    }
    const short = await admin.run(["orders", "place", "--item", "Pen=99"]);
    expect(short).toMatchObject({ exit: 1 });
    expect(short.stderr).toContain("409 INSUFFICIENT_STOCK");
    expect(short.stderr).toContain('Only 6 units of product "Pen" are in stock');
  });

  test("is followed to its end while others move it", async () => {
    await admin.ok("products", "create", "--name", "Chair", "--price", "20", "--stock", "5");
    const id = (await admin.ok("orders", "place", "--item", "Chair", "-q")).trim();
    const watching = admin.run(["orders", "watch", id, "-o", "ndjson"]);
    await admin.ok("orders", "set-status", id, "processing");
    await admin.ok("orders", "set-status", id, "completed");
    const { exit, stdout } = await watching;
    expect(exit).toBe(0);
    const steps = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { status: string }).status);
    expect(steps).toEqual(["pending", "processing", "completed"]);
    expect((await admin.run(["orders", "watch"])).exit).toBe(2);
    expect((await admin.run(["orders", "watch", "--all", "--for", "10ms"])).exit).toBe(3);
  });

  test("of a customer is theirs alone", async () => {
    const ada = await stack.customer();
    const customer = await signedInWorld(stack, { email: ada.email, password: ADMIN.password });
    await admin.ok("products", "create", "--name", "Desk", "--price", "100", "--stock", "5");
    const id = (await customer.ok("orders", "place", "--item", "Desk", "-q")).trim();
    expect(await customer.ok("orders", "list", "-q")).toBe(`${id}\n`);
    for (const user of [ada.id, ada.email.toUpperCase()])
      expect(await admin.ok("orders", "list", "--user", user, "-o", "name")).toBe(`order/${id}\n`);
    const placed = await admin.json("orders", "place", "--item", "Desk", "--user", ada.email);
    expect(placed).toMatchObject({ userId: ada.id });
    expect((await admin.run(["orders", "list", "--user", "ada"])).exit).toBe(2);
    expect(await admin.ok("orders", "list", "--mine", "--status", "pending", "--since", "1h", "-q")).not.toContain(id);
    const refused = await customer.run(["users", "list"]);
    expect(refused).toMatchObject({ exit: 4 });
    expect(refused.stderr).toContain("403 FORBIDDEN");
    expect((await customer.run(["seed"])).exit).toBe(4);
    await customer.remove();
  });
});

describe("users", () => {
  test("from registration to erasure", async () => {
    const create = ["users", "create", "--email", "Eve@Example.com", "--name", "Eve", "--password-stdin"];
    expect((await admin.run(create, { stdin: "short\n" })).exit).toBe(1);
    expect((await admin.run(create, { stdin: "eve's password\n" })).exit).toBe(0);
    expect((await admin.run(create.slice(0, -1))).exit).toBe(2);
    expect(await admin.json("users", "get", "eve@example.com")).toMatchObject({
      email: "Eve@Example.com",
      role: "customer",
    });
    await admin.ok("users", "update", "eve@example.com", "--name", "Eve King");
    await admin.ok("users", "set-role", "eve@example.com", "admin");
    await admin.ok("users", "suspend", "eve@example.com", "--yes");
    expect(await admin.ok("users", "list", "--search", "eve king")).toContain("suspended");
    await admin.ok("users", "activate", "eve@example.com");
    const send = (password: string, isTty = false) =>
      admin.run(["users", "send-verification", "eve@example.com", ...(isTty ? [] : ["--password-stdin"])], {
        isTty,
        stdin: `${password}\n`,
      });
    expect((await send("wrong horse")).exit).not.toBe(0);
    for (const sent of [await send(ADMIN.password), await send(ADMIN.password, true)]) {
      expect(sent).toMatchObject({ exit: 0 });
      expect(sent.stderr).toContain("a verification mail was sent to Eve@Example.com");
    }
    const eve = await signedInWorld(stack, { email: "eve@example.com", password: "eve's password" });
    const changed = await eve.run(["users", "set-password", "--password-stdin"], {
      stdin: "eve's password\nanother password\n",
    });
    expect(changed).toMatchObject({ exit: 0 });
    expect(await eve.json("whoami")).toMatchObject({ name: "Eve King" });
    await eve.remove();
    await admin.ok("users", "delete", "eve@example.com", "--yes");
    expect((await admin.run(["users", "get", "eve@example.com"])).stderr).toContain("No user has the e-mail address");
    for (const argv of [
      ["users", "get", "eve"],
      ["users", "update", "a@b.c"],
      ["users", "set-role", "a@b.c", "king"],
    ]) {
      expect((await admin.run(argv)).exit).toBe(2);
    }
  });
});

describe("seed", () => {
  test("makes the same once, and says what it would make", async () => {
    const argv = ["seed", "--users", "2", "--products", "3", "--orders", "5", "--seed", "7"];
    expect((await admin.run([...argv, "--dry-run"])).stderr).toContain("2 users, 3 products and 5 orders");
    const plan = await admin.ok(...argv, "--dry-run", "-o", "json");
    expect(await admin.ok(...argv, "--dry-run", "-o", "json")).toBe(plan);
    expect((await admin.run(argv)).stderr).toContain("2 users created, 0 already there   3 products created");
    expect((await admin.run(argv)).stderr).toContain("0 orders created, 5 already there");
    const again = await admin.run(["seed", "-f", "-", "-o", "json"], { stdin: plan });
    expect(JSON.parse(again.stdout)).toMatchObject({ made: { order: 0 }, present: { order: 5 } });
    const damaged = plan.replace('"price"', '"prize"');
    expect((await admin.run(["seed", "-f", "-"], { stdin: damaged })).stderr).toContain(
      "products[0].price must be a number",
    );
    expect((await admin.run(["seed", "--users", "-1"])).exit).toBe(2);
  });

  test("prints what it was asked for: names, counts in any format, or nothing", async () => {
    const argv = ["seed", "--users", "2", "--products", "2", "--orders", "3", "--seed", "9"];
    const names = await admin.ok(...argv, "-o", "name");
    expect(names).toMatch(/^(user\/\w{24}\n){2}(product\/\w{24}\n){2}(order\/\w{24}\n){3}$/);
    const [user = "", , product = "", , order = ""] = names.split("\n").map((name) => name.split("/")[1]);
    for (const [kind, id] of [
      ["users", user],
      ["products", product],
      ["orders", order],
    ] as const)
      expect((await admin.ok(kind, "get", id, "-q")).trim()).toBe(id);
    // What is there already has the same name.
    expect(await admin.ok(...argv, "-o", "name")).toBe(names);
    expect(await admin.ok(...argv, "-o", "yaml")).toContain("present:\n  user: 2\n");
    expect(await admin.ok(...argv, "-o", "jsonpath={.present.order}")).toContain("3");
    expect(await admin.ok(...argv, "-q")).toBe("");
    const plan = (...more: string[]) => admin.run([...argv, "--dry-run", ...more]);
    expect((await plan("-o", "yaml")).stdout).toStartWith("users:\n");
    expect((await plan("-o", "jsonpath={.orders[0].key}")).stdout).not.toContain("users");
    expect(await plan("-q")).toEqual({ exit: 0, stdout: "", stderr: "" });
    expect(await plan("-o", "name")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("With --dry-run nothing has a name"),
    });
  });

  test("of a file that cannot be meant exits 2 and makes nothing", async () => {
    const product = { name: "Unmade", price: 1, stock: 1 };
    const order = (user: string, name: string) => ({ key: "k", user, items: [{ product: name, quantity: 1 }] });
    const user = { email: "unmade@example.com", name: "A", password: "correct horse battery" };
    const files: readonly (readonly [plan: unknown, fault: string])[] = [
      [{ products: [product], orders: [order("nobody@example.com", "Unmade")] }, 'user "nobody@example.com"'],
      [{ users: [user], products: [product], orders: [order(user.email, "Unmad")] }, 'product "Unmad"'],
      [{ prodcts: [product] }, '"prodcts" is not a field of it'],
    ];
    for (const [plan, fault] of files) {
      const { exit, stderr } = await admin.run(["seed", "-f", "-"], { stdin: JSON.stringify(plan) });
      expect([exit, stderr]).toEqual([2, expect.stringContaining(fault)]);
    }
    expect(await admin.ok("products", "list", "--name", "Unmade", "-q")).toBe("");
  });

  test("interrupted wipes its bar and makes no more", async () => {
    const argv = ["seed", "--users", "0", "--products", "1500", "--orders", "0"];
    const seeding = admin.run(argv, { isTty: true });
    while (!/\d\/1500/.test(admin.stderr())) await sleep(5);
    admin.signal("SIGINT");
    const { exit, stderr } = await seeding;
    expect([exit, Bun.stripANSI(stderr)]).toEqual([130, expect.stringMatching(/\d\/1500\rerror: Interrupted\.\n$/)]);
    const made = (await admin.ok("products", "list", "--all", "-q")).split("\n").length;
    await sleep(300);
    expect((await admin.ok("products", "list", "--all", "-q")).split("\n").length).toBeLessThan(made + 9);
  });

  test("names a user that is refused, and leaves one alone whose password would be by now", async () => {
    const plan = (email: string) =>
      JSON.stringify({ users: [{ email, name: "A", password: "password1" }], products: [], orders: [] });
    const known = await admin.run(["seed", "-f", "-"], { stdin: plan(ADMIN.email) });
    expect([known.exit, known.stderr]).toEqual([0, expect.stringContaining("0 users created, 1 already there")]);
    const refused = await admin.run(["seed", "-f", "-"], { stdin: plan("weak@example.com") });
    expect([refused.exit, refused.stderr]).toEqual([
      1,
      expect.stringContaining("weak@example.com: password (body) is"),
    ]);
  });

  test("leaves its orders alone when a product of theirs has a namesake by now", async () => {
    const argv = ["seed", "--users", "1", "--products", "1", "--orders", "2", "--seed", "8"];
    await admin.ok(...argv);
    const { products } = JSON.parse(await admin.ok(...argv, "--dry-run", "-o", "json")) as {
      products: readonly { name: string }[];
    };
    const id = await admin.ok("products", "create", "--name", products[0]?.name ?? "", "--price", "1", "-q");
    expect((await admin.run(argv)).stderr).toContain("0 orders created, 2 already there");
    await admin.ok("products", "delete", id.trim(), "--yes");
  });
});

describe("pages", () => {
  test("are told of, followed by cursor, or read to the end", async () => {
    const { stdout, stderr } = await admin.run(["products", "list", "--limit", "1"]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1] ?? "";
    const second = await admin.ok("products", "list", "--limit", "1", "--cursor", cursor, "-q");
    expect(stdout).not.toContain(second.trim());
    const all = await admin.ok("products", "list", "--all", "--limit", "2", "-q");
    expect(await admin.json("products", "list", "--all", "--limit", "2")).toBeArrayOfSize(
      all.trim().split("\n").length,
    );
    expect((await admin.run(["products", "list", "--limit", "0"])).exit).toBe(2);
    expect((await admin.run(["products", "list", "--name", "nothing"])).stderr).toBe("No products.\n");
  });
});

describe("settings", () => {
  test("go by option, environment, project file, own file, default", async () => {
    const other = await world();
    const origins = async (...argv: string[]) => {
      const rows = (await other.json("config", "view", ...argv)) as { name: string; value: string; origin: string }[];
      return Object.fromEntries(rows.map(({ name, value, origin }) => [name, `${value} ${origin.split(" ")[0]}`]));
    };
    expect(await origins()).toMatchObject({ userUrl: "http://127.0.0.1:3001 default" });
    await other.ok("profile", "set", "local", "--user-url", "http://own.example/");
    expect(await origins()).toMatchObject({ userUrl: "http://own.example user" });
    await writeFile(join(other.home, ".ordersctl.json"), JSON.stringify({ userUrl: "http://project.example" }));
    expect(await origins()).toMatchObject({ userUrl: "http://project.example project" });
    other.env["ORDERSCTL_USER_URL"] = "http://env.example";
    expect(await origins()).toMatchObject({ userUrl: "http://env.example environment" });
    expect(await origins("--user-url", "http://flag.example")).toMatchObject({ userUrl: "http://flag.example flag" });
    other.env["ORDERSCTL_USER_URL"] = "ftp://no";
    expect((await other.run(["config", "view"])).exit).toBe(2);
    delete other.env["ORDERSCTL_USER_URL"];
    await writeFile(join(other.home, ".ordersctl.json"), "[");
    expect((await other.run(["config", "view"])).stderr).toContain("is not valid JSON");
    await other.remove();
  });

  test("of several stacks lie in profiles", async () => {
    const other = await world();
    expect((await other.run(["profile", "list"])).stderr).toContain("No profiles yet");
    expect((await other.run(["profile", "use", "staging"])).exit).toBe(1);
    expect((await other.run(["profile", "set", "staging"])).exit).toBe(2);
    await other.ok("profile", "set", "staging", "--order-url", "https://orders.example.com");
    await other.ok("profile", "use", "staging");
    expect(await other.ok("profile", "list")).toMatch(/\*\s+staging/);
    expect((await other.run(["whoami"])).stderr).toContain("Try: ordersctl login\n");
    expect((await other.run(["whoami", "--profile", "staging"])).stderr).toContain(
      "Try: ordersctl login --profile staging\n",
    );
    expect(await other.ok("config", "view")).toContain("https://orders.example.com");
    await other.ok("profile", "delete", "staging");
    const addresses = { userUrl: "http://old.example", productUrl: "http://p.example", orderUrl: "http://o.example" };
    const kept = { ...addresses, email: "ada@example.com", userId: "1", token: "t", expiresAtMs: 0 };
    await writeFile(join(other.home, "config", "ordersctl", "credentials.json"), JSON.stringify({ moved: kept }));
    // Where a sign-in was made is not where --profile leads.
    expect(await other.ok("profile", "list")).toMatch(/moved +ada@example\.com +-/);
    const twice = await other.run(["profile", "delete", "staging"]);
    expect([twice.exit, twice.stderr]).toEqual([1, expect.stringContaining('There is no profile "staging".')]);
    expect((await other.run(["whoami", "--profile", "toString"])).stderr).not.toContain("undefined");
    const { exit, stderr } = await other.run(["health", "--profile", "stagin"]);
    expect([exit, stderr]).toEqual([
      2,
      expect.stringContaining('no profile "stagin" (flag --profile); choose from local, moved.'),
    ]);
    for (const argv of [["whoami"], ["orders", "place", "--item", "Mouse"]]) {
      const { exit, stderr } = await other.run([...argv, "--profile", "stagin"]);
      expect([argv, exit, stderr]).toEqual([argv, 2, expect.stringContaining('no profile "stagin"')]);
    }
    expect(await other.ok("config", "view")).toContain("http://127.0.0.1:3003");
    await other.remove();
  });
});

describe("looking after it", () => {
  test("health tells, waits and gives up", async () => {
    expect(await admin.ok("health")).toContain("healthy");
    expect(await admin.ok("health", "order-service", "--wait", "5s", "-o", "name")).toBe("service/order-service\n");
    const away = ["health", "--user-url", "http://127.0.0.1:1"];
    const { exit, stdout } = await admin.run(away);
    expect(exit).toBe(5);
    expect(stdout).toContain("unreachable");
    expect((await admin.run([...away, "--wait", "300ms"])).exit).toBe(3);
    expect((await admin.run(["health", "cart"])).exit).toBe(2);
    expect(await admin.ok("health", "--wait", "order", "-o", "name")).toBe("service/order-service\n");
    const swapped = await admin.run(["health", "order", "--order-url", stack.urls.user]);
    expect([swapped.exit, swapped.stdout]).toEqual([5, expect.stringContaining("user-service answers here")]);
  });

  test("api calls any route and refuses to leave the services", async () => {
    expect(JSON.parse(await admin.ok("api", "GET", "/products?limit=1"))).toHaveProperty("products");
    expect(await admin.ok("api", "get", "/health", "--service", "user", "-i")).toStartWith("200 OK\n");
    const body = JSON.stringify({ name: "By api", price: 1, stock: 1 });
    const made = await admin.run(["api", "POST", "/api/v1/products", "-d", "-", "-H", "x-request-id: test-1"], {
      stdin: body,
    });
    expect(JSON.parse(made.stdout)).toMatchObject({ name: "By api" });
    const file = join(admin.home, "body.json");
    await writeFile(file, body);
    expect((await admin.run(["api", "POST", "/products", "-d", `@${file}`])).exit).toBe(0);
    expect((await admin.run(["api", "GET", "/orders/xyz"])).exit).toBe(1);
    const steers = ["api", "POST", "/products", "-d", '{"name":"\u009b2J","price":1,"stock":0}'];
    expect((await admin.run(steers, { isTty: true })).stdout).toContain('"name": "\\u009b2J"');
    const bad = [
      ["GET", "@evil.example/users", "--service", "user"],
      ["GET", "http://evil.example"],
      ["GET", "/health"],
      ["BREW", "/users"],
      ["GET", "/users", "-H", "x"],
      ["GET", "/users", "-d", "{}"],
    ];
    for (const argv of bad) expect((await admin.run(["api", ...argv])).exit).toBe(2);
    const nobody = await world(stack);
    expect((await nobody.run(["api", "GET", "/orders"])).exit).toBe(4);
    await nobody.remove();
  });

  test("keys are listed and rotated; version, open, outbox and doctor answer", async () => {
    await admin.ok("keys", "rotate");
    expect(await admin.json("keys", "list")).toBeArrayOfSize(2);
    expect(await admin.json("version")).toMatchObject({ services: { user: "0.1.0", order: "0.1.0" } });
    expect(await admin.ok("open", "product")).toBe(`${stack.urls.product}/swagger\n`);
    expect((await admin.run(["open", "cart"])).exit).toBe(2);
    expect((await admin.run(["outbox", "list", "--state", "dead"])).stderr).toBe("No messages.\n");
    expect((await admin.run(["outbox", "retry", "--all"])).stderr).toContain("0 messages");
    expect((await admin.run(["outbox", "retry"])).exit).toBe(2);
    expect(await admin.ok("doctor", "--data-dir", join(admin.home, "none"))).toContain("Signed in");
    const open = join(admin.home, "open");
    await mkdir(open, { mode: 0o755 });
    expect((await admin.run(["doctor", "--data-dir", open, "-o", "json"])).exit).toBe(6);
  });

  test("bench takes its products off the catalogue after Ctrl-C, too", async () => {
    const running = admin.run(["bench", "--duration", "60s", "--concurrency", "2", "--products", "2", "--yes"]);
    while (!(await admin.ok("products", "list")).includes("bench ")) await Bun.sleep(50);
    admin.signal("SIGINT");
    const { exit, stdout } = await running;
    expect([exit, stdout]).toEqual([130, expect.stringContaining("PER SECOND")]);
    expect(await admin.ok("products", "list")).not.toContain("bench ");
  });

  test("bench measures real orders", async () => {
    const argv = ["bench", "--duration", "300ms", "--concurrency", "4", "--products", "2", "-o", "json"];
    expect((await admin.run(argv)).exit).toBe(2);
    const result = (await admin.json(...argv.slice(0, -2), "--yes")) as {
      requests: number;
      p50Ms: number;
      p99Ms: number;
    };
    expect(result.requests).toBeGreaterThan(0);
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms);
    expect(await admin.json(...argv.slice(0, -2), "--yes", "--rate", "20")).toMatchObject({ errors: {} });
  });

  test("requests are traced with --debug, secrets cut out", async () => {
    const { stderr } = await admin.run(["orders", "list", "--debug"]);
    expect(stderr).toMatch(/→ GET http:\/\/127\.0\.0\.1:\d+\/orders\?limit=50 {2}200 {2}\d+ ms {2}x-request-id /);
    expect(stderr).not.toContain("eyJ");
    const failed = await admin.run(["orders", "get", "f".repeat(24), "--debug"]);
    expect(failed.stderr).toContain("at ");
  });
});
