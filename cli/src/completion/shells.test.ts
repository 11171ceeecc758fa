import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startStack, type Stack } from "@pos/testing/stack";
import { completionScripts, type Shell } from "./scripts.ts";

// Each shell runs on a terminal, sources the script, and Tab is pressed. What stands on PATH as `ordersctl` passes the
// questions of the script on to ours and writes down every other call.

setDefaultTimeout(120_000);

const KEYBOARD = "Keyboard, 104 keys ($5 off)";
let stack: Stack;
let folder: string;
let orderId: string;

beforeAll(async () => {
  stack = await startStack();
  folder = await mkdtemp(join(tmpdir(), "completion-"));
  await mkdir(join(folder, "bin"));
  const main = resolve(import.meta.dir, "../main.ts");
  const program = `#!/bin/sh
if [ "$1" = __complete ]; then exec '${process.execPath}' '${main}' "$@"; fi
printf '%s\\n' "$@" END > "$HOME/words"
`;
  await writeFile(join(folder, "bin", "ordersctl"), program);
  await chmod(join(folder, "bin", "ordersctl"), 0o755);
  for (const [shell, script] of Object.entries(completionScripts)) await writeFile(join(folder, shell), script);
  for (const name of ["a-manifest.yaml", "my items.json"]) await writeFile(join(folder, name), "");
  const keyboard = await stack.admin.products.create({ name: KEYBOARD, price: 50, stock: 9 });
  await stack.admin.products.create({ name: "Mouse", price: 20, stock: 9 });
  const { id, client } = await stack.customer();
  const placed = await client.orders.place({ userId: id, items: [{ productId: keyboard.id, quantity: 1 }] });
  orderId = placed.order.id;
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const starts: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["bash", "--norc", "--noprofile", "-i"],
  zsh: ["zsh", "-f", "-i"],
  fish: ["fish", "--no-config", "-i"],
};
const setUps: Readonly<Record<Shell, string>> = {
  bash: "PS1='ready'; source ./bash; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
  zsh: "PS1='ready'; autoload -U compinit; compinit -u -D; source ./zsh",
  fish: "function fish_prompt; echo ready; end; source ./fish",
};
const WAIT_MAX_MS = 30_000;

/** One shell on a terminal, with the script loaded. */
async function open(shell: Shell) {
  let screen = "";
  const child = Bun.spawn([...starts[shell]], {
    cwd: folder,
    env: {
      PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
      HOME: folder,
      TERM: "xterm",
      LANG: "C.UTF-8",
      ORDERSCTL_USER_URL: stack.urls.user,
      ORDERSCTL_PRODUCT_URL: stack.urls.product,
      ORDERSCTL_ORDER_URL: stack.urls.order,
      ORDERSCTL_TOKEN: stack.adminToken,
    },
    terminal: { cols: 200, rows: 50, data: (_, chunk) => void (screen += Buffer.from(chunk).toString("utf8")) },
  });
  const terminal = child.terminal!;
  const until = async (isTrue: () => boolean) => {
    for (const endMs = Date.now() + WAIT_MAX_MS; !isTrue() && Date.now() < endMs;) await Bun.sleep(10);
  };
  terminal.write(`${setUps[shell]}; echo set''up\n`);
  await until(() => /[\r\n]setup[\r\n]/.test(screen));
  return {
    /** Presses Tab behind a line that starts with `ordersctl`, then Enter; answers the words that ordersctl got. */
    async tab(line: string): Promise<readonly string[]> {
      const file = join(folder, "words");
      await rm(file, { force: true });
      terminal.write(`${line}\t`);
      // The shell reads Enter only when completion has ended.
      terminal.write("\r");
      await until(() => existsSync(file));
      await until(() => readFileSync(file, "utf8").endsWith("END\n"));
      return readFileSync(file, "utf8").split("\n").slice(0, -2);
    },
    async close() {
      child.kill("SIGKILL");
      await child.exited;
      terminal.close();
    },
  };
}

for (const shell of ["bash", "zsh", "fish"] as const) {
  describe.skipIf(Bun.which(shell) === null)(shell, () => {
    test("completes commands, options and values, quoted as the shell needs it", async () => {
      const { tab, close } = await open(shell);
      try {
        expect(await tab("ordersctl orders hist")).toEqual(["orders", "history"]);
        expect(await tab("~/bin/ordersctl orders hist")).toEqual(["orders", "history"]);
        expect(await tab("ANY=1 ordersctl orders hist")).toEqual(["orders", "history"]);
        expect(await tab("ordersctl orders list --sta")).toEqual(["orders", "list", "--status"]);
        expect(await tab("ordersctl orders list --status pen")).toEqual(["orders", "list", "--status", "pending"]);
        expect(await tab("ordersctl orders list --output=nd")).toEqual(["orders", "list", "--output=ndjson"]);
        expect(await tab("ordersctl products get Key")).toEqual(["products", "get", KEYBOARD]);
        expect(await tab(`ordersctl orders get ${orderId.slice(0, 22)}`)).toEqual(["orders", "get", orderId]);
        expect(await tab("ordersctl users get admin@exa")).toEqual(["users", "get", "admin@example.com"]);
        expect(await tab("ordersctl validate a-mani")).toEqual(["validate", "a-manifest.yaml"]);
        expect(await tab('ordersctl products get "Key')).toEqual(["products", "get", KEYBOARD]);
        expect(await tab("ordersctl products get 'Key")).toEqual(["products", "get", KEYBOARD]);
        expect(await tab("ordersctl products get Keyboard\\,\\ 1")).toEqual(["products", "get", KEYBOARD]);
        expect(await tab('ordersctl orders place --item="Keyb')).toEqual(["orders", "place", `--item=${KEYBOARD}`]);
        expect(await tab("ordersctl orders place --item=Keyb")).toEqual(["orders", "place", `--item=${KEYBOARD}`]);
        expect(await tab("ordersctl seed --file=a-mani")).toEqual(["seed", "--file=a-manifest.yaml"]);
        expect(await tab("ordersctl seed -f my\\ i")).toEqual(["seed", "-f", "my items.json"]);
        expect(await tab("ordersctl seed --file=my")).toEqual(["seed", "--file=my items.json"]);
        expect(await tab("ordersctl orders place --item Mou")).toEqual(["orders", "place", "--item", "Mouse"]);
      } finally {
        await close();
      }
    });
  });
}
