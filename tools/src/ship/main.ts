import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { orUsage } from "@pos/command-options";
import { buildServices } from "./services.ts";
import { buildPrograms, targets } from "./programs.ts";
import { buildPackage } from "./package.ts";
import { smoke } from "./smoke.ts";
import { hostTarget, type Made, type Shipment } from "./shipment.ts";

const USAGE = `Usage: bun run ship [--target NAME …] [--host] [--out FOLDER]

Makes, in dist/ordersctl, programs that need nothing installed, and a package for Node 20 and later (npx), and tries
what runs on this machine.

  --target   node (the package alone), or one of ${targets.join(", ")}; repeatable, all when absent
  --host     the program for this machine alone, and the package
  --out      another folder: a new one, or one of an earlier time, which is deleted`;
/** It is there from the beginning: a folder with it is one of ours. */
const SUMS = "SHA256SUMS";

const root = resolve(import.meta.dir, "../../..");
const { programs, out } = orUsage(USAGE, readOptions);
await rm(out, { recursive: true, force: true });
await Bun.write(join(out, SUMS), "");
const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd: root, stderr: "ignore" });
const shipment: Shipment = { root, out, commit: git.success ? git.stdout.toString().trim() : "unknown" };

const made: Made[] = [];
if (programs.length > 0) made.push(...(await buildPrograms(programs, await buildServices(shipment), shipment)));
made.push(await buildPackage(shipment));
await writeSums(made, shipment);
for (const { path, bytes } of made) console.log(`${(bytes / 1024 ** 2).toFixed(1).padStart(7)} MiB  ${path}`);
const failed = await smoke(made, shipment);
console.log(`${made.length} made, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @throws {Error} with a sentence for people */
function readOptions() {
  const { values } = parseArgs({
    options: {
      target: { type: "string", multiple: true },
      host: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const asked = values.host ? [hostTarget()] : (values.target ?? targets);
  const programs = asked.filter((name) => name !== "node");
  const unknown = programs.filter((name) => !targets.includes(name));
  if (unknown.length > 0) throw new Error(`There is no target ${unknown.join(", ")}.`);
  const out = resolve(values.out ?? join(root, "dist", "ordersctl"));
  const found = existsSync(out) ? readdirSync(out) : [];
  if (values.out !== undefined && found.length > 0 && !found.includes(SUMS))
    throw new Error(`${out} holds what is not of this command: name a new folder.`);
  return { programs, out };
}

/** What was fetched can be checked: `sha256sum -c SHA256SUMS`. */
async function writeSums(all: readonly Made[], { out }: Shipment): Promise<void> {
  const lines = await Promise.all(
    all
      .filter(({ hasServices }) => hasServices)
      .map(async ({ path }) => {
        const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(path).bytes()).digest("hex");
        return `${hash}  ${relative(out, path)}\n`;
      }),
  );
  await Bun.write(join(out, SUMS), lines.join(""));
}
