import { join } from "node:path";
import { runTool, type Shipment } from "./shipment.ts";

/** Bundles of the services, which `up` of a shipped program unpacks and runs. */
export interface ServiceBundles {
  readonly folder: string;
  /** Paths in the folder. */
  readonly files: readonly string[];
  readonly digest: string;
}

const names = ["user-service", "product-service", "order-service"];

export async function buildServices({ root, out }: Shipment): Promise<ServiceBundles> {
  const folder = join(out, "build", "services");
  for (const name of names) {
    const build = [process.execPath, "run", "build", `--outdir=${join(folder, name)}`];
    await runTool(build, join(root, "packages", name));
  }
  const files = [...new Bun.Glob("**/*").scanSync(folder)].toSorted();
  const hash = new Bun.CryptoHasher("sha256");
  for (const file of files) hash.update(file).update(await Bun.file(join(folder, file)).bytes());
  return { folder, files, digest: hash.digest("hex").slice(0, 16) };
}
