import { join, resolve } from "node:path";
import { commandOptions } from "@pos/command-options";
import { bundledPackages } from "./bundled.ts";
import { licensed, noticesOf, vendored } from "./notices.ts";

const USAGE = `Usage: bun run notices [--check]

Writes THIRD-PARTY-NOTICES.txt: the licences of all code of others that is built into images and programs.

  --check   compares, and exits 1 when the file is stale`;

const { check } = commandOptions(USAGE, { check: { type: "boolean", default: false } });
const root = resolve(import.meta.dir, "../../..");
const packages = await Promise.all((await bundledPackages(root)).map(licensed));
const notices = Bun.file(join(root, "THIRD-PARTY-NOTICES.txt"));
const at = (...path: readonly string[]): string => join(root, "packages", ...path);
const files = [
  await vendored("Kubernetes API schemas (Apache-2.0)", [
    at("manifests", "NOTICE"),
    at("manifests", "LICENSE-APACHE-2.0.txt"),
  ]),
  await vendored("Frequent passwords of @zxcvbn-ts/language-common (MIT)", [
    at("user-service", "src", "passwords", "frequent-passwords.license.txt"),
  ]),
];
const text = noticesOf([...packages, ...files]);
if (!check) await notices.write(text);
else if (!(await notices.exists()) || (await notices.text()) !== text) {
  console.log("THIRD-PARTY-NOTICES.txt is stale: bun run notices");
  process.exitCode = 1;
}
