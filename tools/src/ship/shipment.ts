import { join } from "node:path";

/** What is made from what. */
export interface Shipment {
  /** The checkout. */
  readonly root: string;
  readonly out: string;
  readonly commit: string;
}

/** Something that users get. */
export interface Made {
  readonly path: string;
  readonly bytes: number;
  /** How it is started here; absent where this machine cannot run it. */
  readonly command?: readonly string[];
  /** Whether it carries the services, so that `up` works without a checkout. */
  readonly hasServices: boolean;
}

/** The name of this machine's target, such as linux-x64. */
export const hostTarget = (): string => `${process.platform}-${process.arch}`;

/** Puts our licence, and those of all that is built in, beside what is shipped. */
export async function copyLicences(root: string, folder: string): Promise<void> {
  for (const name of ["LICENSE", "THIRD-PARTY-NOTICES.txt"])
    await Bun.write(join(folder, name), Bun.file(join(root, name)));
}

/** Runs a command to its end. @throws {Error} with what it said when it fails */
export async function runTool(command: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}
