import { expect, test } from "bun:test";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandTree } from "../command-tree.ts";
import { run } from "../test/world.ts";
import { describeBranch } from "../tree/describe.ts";
import { manual } from "./manual.ts";
import { topics } from "./topics.ts";

// What users read is kept word by word in `golden/`. UPDATE_GOLDEN=1 writes the files anew; the diff is for review.

const folder = join(import.meta.dir, "golden");
const isUpdate = Boolean(process.env["UPDATE_GOLDEN"]);

/** Every page of help: the program, each noun, each verb, each topic. */
async function pages(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>([["ordersctl", ["--help"]]]);
  for (const branch of commandTree) {
    found.set(branch.name, [branch.name, "--help"]);
    for (const { words } of await describeBranch(branch)) found.set(words.join("-"), [...words, "--help"]);
  }
  for (const topic of Object.keys(topics)) found.set(`help-${topic}`, ["help", topic]);
  return found;
}

const helps = await pages();
if (isUpdate) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
}

for (const [name, argv] of helps) {
  test(`ordersctl ${argv.join(" ")}`, async () => {
    const { exit, stdout, stderr } = await run(argv);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    const file = Bun.file(join(folder, `${name}.txt`));
    if (isUpdate) await file.write(stdout);
    expect(stdout).toBe(await file.text());
  });
}

test("no page stays behind when its command goes", async () => {
  const files = await readdir(folder);
  expect(files.toSorted()).toEqual([...helps.keys()].map((name) => `${name}.txt`).toSorted());
});

test("every page fits a terminal of 80 columns, but for what it quotes", async () => {
  for (const [name, argv] of helps) {
    const { stdout } = await run(argv);
    const [before = ""] = stdout.split("\nExamples:\n");
    const long = before.split("\n").filter((line) => line.length > 80);
    if (name.startsWith("help-")) continue;
    expect({ name, long }).toEqual({ name, long: [] });
  }
});

test("on a narrow terminal what an item means stands below it, and no word is torn", async () => {
  for (const [name, argv] of helps) {
    if (name.startsWith("help-")) continue;
    const { stdout } = await run(argv, { columns: 40 });
    const [before = ""] = stdout.split("\nExamples:\n");
    const long = before.split("\n").filter((line) => line.length > 40 && !/^Usage|^ +ordersctl /.test(line));
    expect({ name, long }).toEqual({ name, long: [] });
  }
  const { stdout } = await run(["--help"], { columns: 40 });
  expect(stdout).toContain("  # start everything, and sign in\n  ordersctl up\n");
  expect(stdout).toContain("\n  status\n      Show what is running, since when,\n      and how often it restarted\n");
});

test("help asked in another way is the same page", async () => {
  const page = await run(["orders", "list", "--help"]);
  expect(await run(["help", "orders", "list"])).toEqual(page);
  expect(await run(["orders", "ls", "-h"])).toEqual(page);
  expect(await run(["help"])).toEqual(await run([]));
});

test("help of a command with an option is its page, and the command does not run", async () => {
  expect(await run(["help", "logout", "--profile"])).toEqual(await run(["logout", "--help"]));
  expect(await run(["help", "orders", "place", "--item", "Mouse", "--"])).toEqual(await run(["orders", "place", "-h"]));
  expect(await run(["help", "-q"])).toEqual(await run([]));
});

test("a mistyped word is met with the nearest one, and exit 2", async () => {
  const { exit, stderr } = await run(["order", "list"]);
  expect(exit).toBe(2);
  expect(stderr).toContain("Did you mean orders?");
  expect((await run(["help", "order"])).exit).toBe(2);
  expect((await run(["orders", "lst"])).stderr).toContain("Did you mean one of list, ls?");
});

test("docs/ordersctl.md is what the command tree says, every command with its options and examples", async () => {
  const page = await manual();
  expect(page).toBe(await Bun.file(join(import.meta.dir, "../../../docs/ordersctl.md")).text());
  for (const branch of commandTree) {
    for (const { words, options, examples } of await describeBranch(branch)) {
      const [, section = ""] = page.split(`\n### ${words.join(" ")}\n`);
      for (const { names } of options) expect(section).toContain(names.at(-1) ?? "");
      for (const example of examples) expect(section).toContain(example);
    }
  }
});

test("an option that must be given says so, wherever it is shown", async () => {
  const { stdout } = await run(["products", "create", "--help"]);
  expect(stdout).toMatch(/--price <price> +price of one unit, above 0 \(required\)\n/);
  expect(stdout).toMatch(/--description <text> +description\n/);
  const [, section = ""] = (await manual()).split("\n### products create\n");
  expect(section).toContain("| price of one unit, above 0 (required) |");
});

test("an example may be copied into a shell: words about it stand behind a #, what would be expanded in quotes", async () => {
  for (const branch of commandTree) {
    for (const { examples } of await describeBranch(branch)) {
      const copied = examples.map((example) => example.replace(/ +# .*$/, ""));
      expect(copied.filter((command) => / {2}|^[^'"]*\s[^'"\s]*[?*]/.test(command))).toEqual([]);
    }
  }
});

test("a wrong command line is told with the help that there is about it", async () => {
  const pages: readonly (readonly [typed: string, page: string])[] = [
    ["ordres list", "ordersctl --help"],
    ["--profile staging orders lst", "ordersctl orders --help"],
    ["-o table orders ls --foo", "ordersctl orders ls --help"],
    ["orders get", "ordersctl orders get --help"],
    ["up extra", "ordersctl up --help"],
    ["--foo", "ordersctl --help"],
  ];
  for (const [typed, page] of pages) {
    const { exit, stderr } = await run(typed.split(" "));
    expect([typed, exit, stderr]).toEqual([typed, 2, expect.stringMatching(new RegExp(`^Try: ${page}$`, "m"))]);
  }
});
