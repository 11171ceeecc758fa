import { join, resolve } from "node:path";
import { commandOptions } from "@pos/testing/command-options";
import { bundledPackages } from "./bundled.ts";
import { licensed, noticesOf, vendored } from "./notices.ts";

const USAGE = `Usage: bun run notices [--check]

Writes THIRD-PARTY-NOTICES.txt: the licences of all code of others that is built into images and programs.

  --check   compares, and exits 1 when the file is stale`;

const { check } = commandOptions(USAGE, { check: { type: "boolean", default: false } });
const root = resolve(import.meta.dir, "../../..");
const packages = await Promise.all((await bundledPackages(root)).map(licensed));
const file = Bun.file(join(root, "THIRD-PARTY-NOTICES.txt"));
const schemas = await vendored("Kubernetes API schemas (Apache-2.0)", join(root, "packages", "manifests"));
const text = noticesOf([...packages, schemas]);
if (!check) await file.write(text);
else if (!(await file.exists()) || (await file.text()) !== text) {
  console.log("THIRD-PARTY-NOTICES.txt is stale: bun run notices");
  process.exitCode = 1;
}
