import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "./cluster.ts";

test.each([
  ["a cluster that ran before is left running", "already up", false],
  ["a cluster that was started here is taken away", "starting the node", true],
])("%s", async (_, said, isTakenAway) => {
  const folder = await mkdtemp(join(tmpdir(), "pos-cluster-"));
  try {
    const prepare = join(folder, "prepare");
    // As the real one, it says what it does on standard error.
    const script = `#!/bin/sh\necho "$1" >> ${folder}/calls\n[ "$1" != up ] || echo "  0s  ${said}" >&2\n`;
    await writeFile(prepare, `${script}[ "$1" != kubeconfig ] || echo ${folder}/none\n`, { mode: 0o755 });
    const cluster = await Cluster.start(prepare, folder);
    // Nobody answers kubectl, which empties the cluster that stays.
    await cluster.stop().catch(() => undefined);
    const calls = (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");
    expect(calls.includes("down")).toBe(isTakenAway);
  } finally {
    await rm(folder, { recursive: true });
  }
});
