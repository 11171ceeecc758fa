import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Made, Shipment } from "./shipment.ts";

/** First of three ports that are hardly ever taken. */
const PORT = 24_301;

interface Try {
  readonly argv: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly never?: RegExp;
}

/** Tries what this machine can run, each in a home of its own without a checkout; answers how many tries failed. */
export async function smoke(made: readonly Made[], { root, commit }: Shipment): Promise<number> {
  // Nobody listens on the discard port: an unreachable stack is told as one.
  const nowhere = ["user", "product", "order"].flatMap((name) => [`--${name}-url`, "http://127.0.0.1:9"]);
  const manifests = join(root, "k8s");
  const tries: readonly Try[] = [
    { argv: ["--help"], code: 0, says: /Place, follow and process orders/ },
    { argv: ["version", ...nowhere], code: 0, says: new RegExp(commit) },
    { argv: ["orders", "list", ...nowhere], code: 4, says: /You are not signed in|ordersctl login/ },
    { argv: ["health", ...nowhere], code: 5, says: /unreachable/ },
    { argv: ["completion", "bash"], code: 0, says: /complete -F/ },
    { argv: ["validate", manifests], code: 0, says: /./ },
  ];
  let failed = 0;
  for (const { path, command, hasServices } of made) {
    if (command === undefined) continue;
    const home = await mkdtemp(join(tmpdir(), "ordersctl-ship-"));
    try {
      await lendMongod(home);
      const world = { cwd: home, env: { HOME: home, PATH: process.env["PATH"] ?? "" } };
      for (const each of [
        ...tries,
        ...(hasServices ? stackTries(join(home, "stack")) : nodeTries(nowhere, manifests)),
      ]) {
        const problem = await attempt(command, each, world);
        if (problem === undefined) continue;
        failed++;
        console.error(`${path} ${each.argv.join(" ")}: ${problem}`);
      }
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
  return failed;
}

/** A mongod that this machine has fetched before is not fetched again. */
async function lendMongod(home: string): Promise<void> {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "product-order-system", "mongod");
  if (!existsSync(cache)) return;
  const place = join(home, ".cache", "product-order-system");
  await mkdir(place, { recursive: true });
  await symlink(cache, join(place, "mongod"));
}

/** The way of a new user: everything from one program, in a folder that holds nothing. */
function stackTries(dataDir: string): readonly Try[] {
  const profile = ["--profile", `local-${PORT}`];
  const place = ["--data-dir", dataDir];
  return [
    { argv: ["up", "-d", "--port", String(PORT), ...place], code: 0, says: /Running in the background/ },
    { argv: ["health", ...profile], code: 0, says: /healthy/ },
    { argv: ["seed", "--products", "2", "--orders", "1", ...profile], code: 0, says: /1 order/ },
    { argv: ["orders", "list", ...profile], code: 0, says: /pending/ },
    { argv: ["down", "--volumes", "--yes", ...place], code: 0, says: /stopped/ },
  ];
}

/** What starts programs is not in the package for Node: nothing names it, and it says so itself. */
function nodeTries(nowhere: readonly string[], manifests: string): readonly Try[] {
  const never = /ordersctl (up|compose)\b|^ +(up|compose) {2}/m;
  return [
    { argv: ["--help"], code: 0, says: /ordersctl login/, never },
    { argv: ["doctor", ...nowhere], code: 0, says: /✓ Node .*it cannot start them/, never },
    { argv: ["health", ...nowhere], code: 5, says: /unreachable/, never },
    { argv: ["products", "list", ...nowhere], code: 5, says: /ordersctl status/, never },
    { argv: ["profile", "list"], code: 0, says: /ordersctl profile set/, never },
    { argv: ["validate", "--live", manifests, ...nowhere], code: 6, says: /does not answer/, never },
    { argv: ["up"], code: 1, says: /the ordersctl program, which includes the services/ },
  ];
}

async function attempt(
  command: readonly string[],
  { argv, code, says, never }: Try,
  world: { cwd: string; env: Record<string, string> },
): Promise<string | undefined> {
  const child = Bun.spawn([...command, ...argv], { ...world, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const said = stdout + stderr;
  if (exit === code && says.test(said) && never?.test(said) !== true) return undefined;
  return `exit ${exit}, not ${code}, or it does not say ${says}, or says ${never}:\n${said}`;
}
