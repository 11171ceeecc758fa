import { homedir } from "node:os";
import { join } from "node:path";
import type { ServedStackHandle } from "./served-stack.ts";

const VERSION = "4.32.5";
const INSTALL_TRIES = 3;
const LIMIT_MS = 30 * 60_000;
/** Rotating with `revoke` ends the very token that the run signs in with, so this operation is fuzzed last, by itself. */
const ROTATION = "rotateKeys";

/** One run of schemathesis over one service. */
interface Round {
  readonly service: "user" | "product" | "order";
  readonly examples: number;
  readonly token: string | undefined;
  readonly filter: readonly string[];
}

/**
 * Runs schemathesis (all checks) over the documents of the three services, signed in and as nobody.
 * @returns how many rounds passed and failed
 */
export async function runSchemathesis(
  stack: ServedStackHandle,
  options: { signedIn: number; anonymous: number; seed: number },
): Promise<{ passed: number; failed: number }> {
  const packages = await install();
  const { signedIn, anonymous, seed } = options;
  // The one of most operations first.
  const services = ["user", "product", "order"] as const;
  const asAdministrator = services.map((service) => ({
    service,
    examples: signedIn,
    filter: service === "user" ? ["--exclude-operation-id", ROTATION] : [],
  }));
  const rotation = {
    service: "user",
    examples: Math.min(signedIn, 20),
    filter: ["--include-operation-id", ROTATION],
  } as const;
  const asNobody = services.map((service) => ({ service, examples: anonymous, filter: [] }));
  const withToken = async (round: Omit<Round, "token">) =>
    run(packages, stack, { ...round, token: await stack.signIn() }, seed);
  const without = (round: Omit<Round, "token">) => run(packages, stack, { ...round, token: undefined }, seed);
  const results = [
    ...(await twoAtATime(asAdministrator, withToken)),
    await withToken(rotation),
    ...(await twoAtATime(asNobody, without)),
  ];
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

/** Each round is one thread of Python, and the stack is another: one round alone leaves a core with little to do. */
async function twoAtATime<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<boolean>,
): Promise<readonly boolean[]> {
  const waiting = [...items];
  const results: boolean[] = [];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) results.push(await work(item));
  };
  await Promise.all([lane(), lane()]);
  return results;
}

async function run(packages: string, stack: ServedStackHandle, round: Round, seed: number): Promise<boolean> {
  const who = round.token === undefined ? "as nobody" : "as administrator";
  const child = Bun.spawn(
    [
      "python3",
      "-c",
      "from schemathesis.cli import schemathesis; schemathesis()",
      "--config-file",
      join(import.meta.dir, "schemathesis.toml"),
      "run",
      `${stack.urls[round.service]}/swagger/json`,
      ...(round.token === undefined ? [] : ["-H", `Authorization: Bearer ${round.token}`]),
      "--checks",
      "all",
      "--max-examples",
      String(round.examples),
      "--seed",
      String(seed),
      "--continue-on-failure",
      "--no-color",
      "--warnings",
      "off",
      "--generation-database",
      "none",
      ...round.filter,
    ],
    {
      cwd: packages,
      env: {
        ...process.env,
        PYTHONPATH: `${packages}:${import.meta.dir}`,
        SCHEMATHESIS_HOOKS: "schemathesis_hooks",
        PYTHONDONTWRITEBYTECODE: "1",
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
      timeout: LIMIT_MS,
    },
  );
  const output = await new Response(child.stdout).text();
  const isClean = (await child.exited) === 0;
  const cases = /(\d+) generated/.exec(output)?.[1] ?? "no";
  console.log(`${isClean ? "✓" : "✗"} schemathesis ${round.service}-service ${who}: ${cases} cases`);
  if (!isClean) console.log(output.slice(-12_000));
  return isClean && cases !== "no";
}

/** Installs schemathesis beside nothing else, in a folder of the user's cache, once. */
async function install(): Promise<string> {
  const folder = join(
    process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
    "product-order-system",
    `schemathesis-${VERSION}`,
  );
  if (await Bun.file(join(folder, ".complete")).exists()) return folder;
  for (let attempt = 1; attempt <= INSTALL_TRIES; attempt++) {
    console.log(`installing schemathesis ${VERSION} (attempt ${attempt})`);
    const pip = Bun.spawn(
      ["python3", "-m", "pip", "install", "--quiet", "--upgrade", "--target", folder, `schemathesis==${VERSION}`],
      { stdin: "ignore", stdout: "inherit", stderr: "inherit" },
    );
    if ((await pip.exited) !== 0) continue;
    await Bun.write(join(folder, ".complete"), "");
    return folder;
  }
  throw new Error("schemathesis could not be installed: python3 with pip and a package index are needed");
}
