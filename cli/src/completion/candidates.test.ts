import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { startStack, type Stack } from "@pos/testing/stack";
import { commandTree } from "../command-tree.ts";
import { linesOf, run, type RunOptions, world } from "../test/world.ts";
import { describeBranch } from "../tree/describe.ts";
import { bashReply, splitBashLine } from "./bash-line.ts";

setDefaultTimeout(120_000);

/** What bash breaks words at by itself. */
const BREAKS = " \t\n\"'@><=;|&(:";

/** The words that are offered; zsh and fish get what each means beside it. */
async function offered(words: readonly string[], options: RunOptions = {}): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await run(["__complete", "zsh", ...words], options);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  return linesOf(stdout).map((line) => line.split("\t")[0] ?? "");
}

describe("the tree", () => {
  test("offers every first word, and help", async () => {
    expect(await offered([""])).toEqual([...commandTree.map(({ name }) => name), "help"]);
  });

  test("offers every verb of every noun, and every option of every verb", async () => {
    for (const branch of commandTree) {
      const verbs = await describeBranch(branch);
      const isNoun = verbs[0]?.words.length !== 1;
      if (isNoun) expect(await offered([branch.name, ""])).toEqual(verbs.map(({ words }) => words[1] ?? ""));
      for (const { words, options } of verbs) {
        const found = await offered([...words, "--"]);
        for (const { names } of options) expect(found).toContain(names.findLast((name) => name.startsWith("--")) ?? "");
        expect(found).toContain("--profile");
      }
    }
  });

  test("says what a word means", async () => {
    const { stdout } = await run(["__complete", "fish", "orders", "pla"]);
    expect(stdout).toBe("place\tPlace an order\n");
  });

  test("knows aliases, options between the words, and the end of the options", async () => {
    expect(await offered(["orders", "ls", "--stat"])).toEqual(["--status"]);
    expect(await offered(["-o", "json", "orders", "--debug", "ca"])).toEqual(["cancel"]);
    expect(await offered(["health", "--wait", "us"])).toEqual(["user"]);
    expect(await offered(["orders", "get", "--", "--sta"])).toEqual([]);
    expect(await offered(["nonsense", "--pro"])).toEqual(["--profile", "--product-url"]);
  });

  test("offers the verbs of a noun behind help, and nothing behind a whole command", async () => {
    expect(await offered(["help", "users", "set-"])).toEqual(["set-password", "set-role"]);
    expect(await offered(["help", "users", "list", ""])).toEqual([]);
    expect(await offered(["help", "up", ""])).toEqual([]);
  });

  test("takes an equals sign behind a long option alone, as the commands do", async () => {
    expect(await offered(["orders", "list", "-o=js"])).toEqual([]);
    expect(await offered(["orders", "list", "--output=js"])).toEqual(["--output=json", "--output=jsonpath="]);
  });

  test("offers short options behind one dash and a letter", async () => {
    expect(await offered(["orders", "list", "-o"])).toEqual(["-o"]);
  });
});

describe("values", () => {
  test("of choices, formats and topics", async () => {
    expect(await offered(["orders", "list", "--status", "p"])).toEqual(["pending", "processing"]);
    expect(await offered(["--color", ""])).toEqual(["auto", "always", "never"]);
    expect(await offered(["orders", "list", "-o", "j"])).toEqual(["json", "jsonpath="]);
    expect(await offered(["validate", "-o", "s"])).toEqual(["sarif"]);
    expect(await offered(["orders", "list", "--output=n"])).toEqual(["--output=ndjson", "--output=name"]);
    expect(await offered(["help", "ex"])).toEqual(["exit-codes"]);
    expect(await offered(["help", "ord"])).toEqual(["orders"]);
    expect(await offered(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
    expect(await offered(["users", "set-role", "somebody", ""])).toEqual(["customer", "admin"]);
    expect(await offered(["orders", "set-status", "x", "pro"])).toEqual(["processing"]);
  });

  test("that go on get no blank behind them; files are left to the shell", async () => {
    expect(await offered(["-o", "jsonp"])).toEqual([":open", "jsonpath="]);
    expect(await offered(["orders", "place", "-f", ""])).toEqual([":files"]);
    expect(await offered(["validate", "k8s", ""])).toEqual([":files"]);
  });

  test("of profiles come from the user's file", async () => {
    const somebody = await world();
    await somebody.ok("profile", "set", "staging", "--user-url", "https://users.example.com");
    expect(await offered(["--profile", ""], somebody)).toEqual(["local", "staging"]);
    expect(await offered(["profile", "use", "st"], somebody)).toEqual(["staging"]);
    await somebody.remove();
  });
});

describe("values that a running stack knows", () => {
  let stack: Stack;
  let admin: RunOptions;

  beforeAll(async () => {
    stack = await startStack();
    admin = { env: environmentOf(stack.adminToken) };
  });
  afterAll(() => stack.stop());

  const environmentOf = (token: string) => ({
    ORDERSCTL_USER_URL: stack.urls.user,
    ORDERSCTL_PRODUCT_URL: stack.urls.product,
    ORDERSCTL_ORDER_URL: stack.urls.order,
    ORDERSCTL_TOKEN: token,
  });

  test("are names of products, ids where an id is begun, users and orders", async () => {
    const keyboard = await stack.admin.products.create({ name: "Keyboard", price: 50, stock: 9 });
    const { id, email, token, client } = await stack.customer();
    const { order } = await client.orders.place({ userId: id, items: [{ productId: keyboard.id, quantity: 1 }] });

    expect(await offered(["products", "get", "key"], admin)).toEqual(["Keyboard"]);
    expect(await offered(["products", "get", keyboard.id.slice(0, 12)], admin)).toEqual([keyboard.id]);
    expect(await offered(["orders", "place", "--item", "K"], admin)).toEqual([":open", "Keyboard"]);
    expect(await offered(["users", "get", email.slice(0, 5)], admin)).toContain(email);
    expect(await offered(["users", "get", id.slice(0, 20)], admin)).toContain(id);
    expect(await offered(["orders", "list", "--user", email.slice(0, 5)], admin)).toContain(email);
    expect(await offered(["orders", "list", "--user", id.slice(0, 20)], admin)).toContain(id);
    expect(await offered(["orders", "get", ""], admin)).toEqual([order.id]);
    expect(await offered(["orders", "cancel", ""], { env: environmentOf(token) })).toEqual([order.id]);
    const other = await stack.customer();
    expect(await offered(["orders", "cancel", ""], { env: environmentOf(other.token) })).toEqual([]);
  });

  test("are found among more users than are offered at once", async () => {
    const { email } = await stack.customer();
    const register = (name: string) =>
      stack.as().users.create({ email: `${crypto.randomUUID()}@example.com`, name, password: "correct horse battery" });
    for (let rest = 200; rest > 0; rest -= 20) await Promise.all(Array.from({ length: 20 }, () => register("Bob")));
    expect(await offered(["users", "get", email.slice(0, 12)], admin)).toEqual([email]);
    expect(await offered(["login", "--email", email.slice(0, 12).toUpperCase()], admin)).toEqual([email]);
  });

  test("are asked where and as whom the command itself would ask", async () => {
    const elsewhere = { ...admin.env, ORDERSCTL_PRODUCT_URL: "http://127.0.0.1:9" };
    expect(await offered(["products", "get", ""], { env: elsewhere })).toEqual([]);
    expect(await offered(["products", "get", "--product-url", stack.urls.product, ""], { env: elsewhere })).toContain(
      "Keyboard",
    );
  });

  test("cannot steer the terminal", async () => {
    await stack.admin.products.create({ name: "Zap\u001b[2J\nX", price: 1, stock: 1 });
    const { stdout } = await run(["__complete", "zsh", "products", "get", "Zap"], admin);
    expect(linesOf(stdout)).toHaveLength(1);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("a line of bash", () => {
  const replies = (line: string, value: string) => bashReply(value, splitBashLine(line, BREAKS));

  test("is split into words without their quotes", () => {
    const { words } = splitBashLine(`ordersctl orders  place --item "Blue Key=2" 'it''s' a\\ b `, BREAKS);
    expect(words).toEqual(["ordersctl", "orders", "place", "--item", "Blue Key=2", "its", "a b", ""]);
  });

  test("takes the part that readline replaces, quoted as the line goes on", () => {
    expect(replies("ordersctl products get Bl", "Blue Key ($5)")).toBe("Blue\\ Key\\ \\(\\$5\\)");
    expect(replies('ordersctl products get "Bl', 'Blue "Key" $5')).toBe('Blue \\"Key\\" \\$5');
    expect(replies("ordersctl products get 'Bl", "Blue Key's")).toBe("Blue Key'\\''s");
    expect(replies("ordersctl orders list --output=nd", "--output=ndjson")).toBe("ndjson");
    expect(replies("ordersctl orders list --output=", "--output=ndjson")).toBe("ndjson");
    expect(replies("ordersctl users get ada@ex", "ada@example.com")).toBe("@example.com");
    expect(replies("ordersctl products get Schl", "Schlüssel 山 🔑")).toBe("Schlüssel\\ 山\\ 🔑");
  });

  test("is answered as bash asks", async () => {
    const { stdout } = await run(["__complete", "bash", BREAKS, "ordersctl orders list --output=nd"]);
    expect(stdout).toBe("ndjson\n");
  });
});

test("completion prints the script of a shell, and knows no other", async () => {
  expect((await run(["completion", "zsh"])).stdout).toStartWith("#compdef ordersctl\n");
  const { exit, stderr } = await run(["completion", "powershell"]);
  expect(exit).toBe(2);
  expect(stderr).toContain("bash, zsh, fish");
});
