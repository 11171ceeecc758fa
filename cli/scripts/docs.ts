import { join } from "node:path";
import { parseArgs } from "node:util";
import { manual } from "../src/help/manual.ts";

const USAGE = `Usage: bun run docs:cli [--check]
Writes docs/ordersctl.md from the command tree.

  --check   write nothing, and exit with 1 when the page is stale`;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) console.log(USAGE);
  else return await writeOrCheck(options.check);
  return 0;
}

/** @throws {TypeError} for an option that there is not */
function readOptions() {
  const options = {
    check: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  return parseArgs({ options }).values;
}

async function writeOrCheck(isCheck: boolean): Promise<number> {
  const file = Bun.file(join(import.meta.dir, "../../docs/ordersctl.md"));
  const page = await manual();
  const isFresh = (await file.exists()) && (await file.text()) === page;
  if (!isCheck) await file.write(page);
  else if (!isFresh) {
    console.log("docs/ordersctl.md is stale: bun run docs:cli");
    return 1;
  }
  return 0;
}
