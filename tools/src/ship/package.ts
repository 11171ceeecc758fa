import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { copyLicences, type Made, runTool, type Shipment } from "./shipment.ts";

/** A package for `npx`: everything but `up` and what needs Bun, with no dependency to install. */
export async function buildPackage({ root, out, commit }: Shipment): Promise<Made> {
  const folder = join(out, "npm");
  const entry = join(out, "build", "ordersctl.ts");
  const polyfill = join(root, "cli", "scripts", "node-globals.ts");
  await Bun.write(
    entry,
    `import ${JSON.stringify(polyfill)};
globalThis.ordersctlShipped = { commit: "${commit}", digest: "", files: {} };
await import(${JSON.stringify(join(root, "cli", "src", "main.ts"))});
`,
  );
  const flags = ["--target=node", "--splitting", "--minify-whitespace", "--minify-syntax", `--outdir=${folder}`];
  await runTool([process.execPath, "build", ...flags, entry], root);
  const path = join(folder, "ordersctl.js");
  const code = (await Bun.file(path).text()).replace(/^#!.*\n/, "");
  await Bun.write(path, `#!/usr/bin/env node\n${code}`);
  await chmod(path, 0o755);
  const manifest = (await Bun.file(join(root, "cli", "package.json")).json()) as Readonly<Record<string, string>>;
  const { name, version, description, license } = manifest;
  const fields = { name, version, description, license, type: "module", bin: { ordersctl: "./ordersctl.js" } };
  const engines = { node: ">=20" };
  await Bun.write(join(folder, "package.json"), `${JSON.stringify({ ...fields, engines }, undefined, 2)}\n`);
  await copyLicences(root, folder);
  const files = [...new Bun.Glob("**/*").scanSync({ cwd: folder, absolute: true })];
  const bytes = files.reduce((sum, file) => sum + Bun.file(file).size, 0);
  const node = Bun.which("node");
  return { path: folder, bytes, hasServices: false, ...(node === null ? {} : { command: [node, path] }) };
}
