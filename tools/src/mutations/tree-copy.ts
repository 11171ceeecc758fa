import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listProjectFiles } from "../files.ts";

/** A copy of the working tree, uncommitted changes included, in which tests run; the tree itself is never touched. */
export class TreeCopy implements Disposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /**
   * Copies the project's files and links the installed packages: the root's store as a whole, each package's own
   * links one by one, since those to other packages of the workspace must end in the copy.
   */
  static async of(root: string): Promise<TreeCopy> {
    const copy = new TreeCopy(mkdtempSync(join(tmpdir(), "pos-mutate-")));
    const paths = await listProjectFiles(root);
    for (const path of paths) {
      mkdirSync(dirname(join(copy.root, path)), { recursive: true });
      cpSync(join(root, path), join(copy.root, path));
    }
    symlinkSync(join(root, "node_modules"), join(copy.root, "node_modules"));
    for (const folder of paths.filter((path) => path.endsWith("/package.json")).map(dirname)) {
      const modules = join(root, folder, "node_modules");
      if (!existsSync(modules)) continue;
      cpSync(modules, join(copy.root, folder, "node_modules"), { recursive: true, verbatimSymlinks: true });
    }
    return copy;
  }

  async read(path: string): Promise<string> {
    return await Bun.file(join(this.root, path)).text();
  }

  async write(path: string, text: string): Promise<void> {
    await Bun.write(join(this.root, path), text);
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
