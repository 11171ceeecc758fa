import { join } from "node:path";
import { commandOptions } from "@pos/command-options";
import { manual } from "../src/help/manual.ts";

const USAGE = `Usage: bun run docs:cli [--check]
Writes docs/ordersctl.md from the command tree.

  --check   write nothing, and exit with 1 when the page is stale`;

const { check } = commandOptions(USAGE, { check: { type: "boolean", default: false } });
const file = Bun.file(join(import.meta.dir, "../../docs/ordersctl.md"));
const page = await manual();
if (!check) await file.write(page);
else if (!(await file.exists()) || (await file.text()) !== page) {
  console.log("docs/ordersctl.md is stale: bun run docs:cli");
  process.exitCode = 1;
}
