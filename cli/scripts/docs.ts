import { join } from "node:path";
import { manual } from "../src/help/manual.ts";

// `bun run docs:cli` writes docs/ordersctl.md; with --check it compares and exits 1 when the page is stale.
const file = Bun.file(join(import.meta.dir, "../../docs/ordersctl.md"));
const page = await manual();
const isFresh = (await file.exists()) && (await file.text()) === page;
if (!process.argv.includes("--check")) await file.write(page);
else if (!isFresh) {
  console.log("docs/ordersctl.md is stale: bun run docs:cli");
  process.exitCode = 1;
}
