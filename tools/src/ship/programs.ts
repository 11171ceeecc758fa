import { join } from "node:path";
import type { ServiceBundles } from "./services.ts";
import { copyLicences, hostTarget, type Made, runTool, type Shipment } from "./shipment.ts";

export const targets: readonly string[] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/** One program a target, with Bun and the services in it. Bun fetches itself for other targets. */
export async function buildPrograms(
  asked: readonly string[],
  services: ServiceBundles,
  shipment: Shipment,
): Promise<readonly Made[]> {
  const { root, out } = shipment;
  const entry = await writeEntry(services, shipment);
  const made: Made[] = [];
  for (const target of asked) {
    const isHost = target === hostTarget();
    const path = join(out, target, "ordersctl");
    const flags = ["--compile", "--minify-whitespace", "--minify-syntax", "--bytecode", "--format=esm"];
    // A .env or bunfig.toml of the folder that it is used in is not ours.
    flags.push("--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig", `--outfile=${path}`);
    if (!isHost) flags.push(`--target=bun-${target}`);
    await runTool([process.execPath, "build", ...flags, entry], root);
    await copyLicences(root, join(out, target));
    made.push({ path, bytes: Bun.file(path).size, hasServices: true, ...(isHost ? { command: [path] } : {}) });
  }
  return made;
}

/** What runs before ordersctl itself: it says where the program holds the services. */
async function writeEntry({ folder, files, digest }: ServiceBundles, { root, out, commit }: Shipment): Promise<string> {
  const imports = files.map(
    (file, index) => `import file${index} from ${JSON.stringify(join(folder, file))} with { type: "file" };`,
  );
  const paths = files.map((file, index) => `${JSON.stringify(file)}: file${index}`);
  const entry = join(out, "build", "program.ts");
  await Bun.write(
    entry,
    `${imports.join("\n")}
globalThis.ordersctlShipped = { commit: "${commit}", digest: "${digest}", files: { ${paths.join(", ")} } };
await import(${JSON.stringify(join(root, "cli", "src", "main.ts"))});
`,
  );
  return entry;
}
