import { join, resolve, sep } from "node:path";

/** What is built into what users get: images, programs and the package for Node. */
const ENTRIES = ["user-service", "product-service", "order-service"]
  .map((name) => join("packages", name, "src", "main.ts"))
  .concat(join("cli", "src", "main.ts"));

const MODULES = `${sep}node_modules${sep}`;

/** The folders of all packages of others of which the bundles hold a file, sorted. */
export async function bundledPackages(root: string): Promise<readonly string[]> {
  const folders = new Set<string>();
  for (const entry of ENTRIES) {
    const built = await Bun.build({ entrypoints: [join(root, entry)], root, target: "bun", metafile: true });
    for (const input of Object.keys(built.metafile?.inputs ?? {})) {
      const folder = packageOf(resolve(root, input));
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders].toSorted();
}

/** The folder of the package that a file belongs to; undefined for our own files. */
export function packageOf(file: string): string | undefined {
  const at = file.lastIndexOf(MODULES);
  if (at === -1) return undefined;
  const [first = "", second = ""] = file.slice(at + MODULES.length).split(sep);
  return file.slice(0, at + MODULES.length) + (first.startsWith("@") ? join(first, second) : first);
}
