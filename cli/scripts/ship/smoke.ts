import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Made, Shipment } from "./shipment.ts";

interface Try {
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

/** Tries what this machine can run, in a folder without a checkout; answers how many tries failed. */
export async function smoke(made: readonly Made[], { root, commit }: Shipment): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), "ordersctl-ship-"));
  // Nobody listens on the discard port: an unreachable stack is told as one.
  const env = { HOME: home, PATH: process.env["PATH"] ?? "", ORDERSCTL_ORDER_URL: "http://127.0.0.1:9" };
  const tries: readonly Try[] = [
    { argv: ["--help"], code: 0, says: /Place, follow and move orders/ },
    { argv: ["version", "--order-url", "http://127.0.0.1:9"], code: 0, says: new RegExp(commit) },
    { argv: ["orders", "list"], code: 4, says: /You are not signed in|ordersctl login/ },
    { argv: ["health", "order"], code: 5, says: /unreachable/ },
    { argv: ["completion", "bash"], code: 0, says: /complete -F/ },
    { argv: ["validate", join(root, "k8s")], code: 0, says: /./ },
  ];
  let failed = 0;
  try {
    for (const { path, command } of made) {
      if (command === undefined) continue;
      for (const each of tries) {
        const problem = await attempt(command, each, { cwd: home, env });
        if (problem === undefined) continue;
        failed++;
        console.error(`${path} ${each.argv.join(" ")}: ${problem}`);
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return failed;
}

async function attempt(
  command: readonly string[],
  { argv, code, says }: Try,
  world: { cwd: string; env: Record<string, string> },
): Promise<string | undefined> {
  const child = Bun.spawn([...command, ...argv], { ...world, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exit === code && says.test(stdout + stderr)) return undefined;
  return `exit ${exit}, not ${code}, or it does not say ${says}:\n${stdout}${stderr}`;
}
