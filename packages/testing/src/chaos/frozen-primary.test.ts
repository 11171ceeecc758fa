import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { findMongod } from "@pos/local-mongodb/find";
import { type RunningReplicaSet, startReplicaSet } from "@pos/local-mongodb/replica-set";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import { MongoClient } from "mongodb";
import { rm } from "node:fs/promises";

setDefaultTimeout(120_000);

let directory: string;
let set: RunningReplicaSet;
let client: MongoClient;
beforeAll(async () => {
  directory = await temporaryDirectory("pos-frozen-");
  const { path: binary } = await findMongod({ env: process.env, log: () => undefined });
  set = await startReplicaSet({ binary, dataDir: directory });
  client = new MongoClient(set.uri("things"), { monitorCommands: true });
});
afterAll(async () => {
  await client.close();
  await set.stop();
  await rm(directory, { recursive: true, force: true });
});

test("direct commands go to the new primary although the old one never said that it is none any more", async () => {
  const commands = new DirectCommands(client.db());
  const asked: string[] = [];
  client.on("commandStarted", ({ address }) => asked.push(address));
  await commands.run({ ping: 1 });
  const [old = ""] = asked;
  const elected = new Promise<void>((resolve) =>
    client.on("topologyDescriptionChanged", ({ newDescription: { servers } }) => {
      for (const [address, { type }] of servers) if (type === "RSPrimary" && address !== old) resolve();
    }),
  );
  const frozen = set.members.find(({ port }) => old.endsWith(`:${port}`));
  if (frozen === undefined) throw new Error(`no member is at ${old}`);
  process.kill(frozen.pid, "SIGSTOP");
  try {
    const { waiting } = await unanswered(commands, elected);
    await elected;
    await commands.run({ ping: 1 });
    expect(asked.at(-1)).not.toBe(old);
    expect(await waiting).toBe("given up");
  } finally {
    process.kill(frozen.pid, "SIGCONT");
  }
});

/** The command that the old primary did not answer: a process that is told to stop may still answer some before. */
async function unanswered(commands: DirectCommands, elected: Promise<void>): Promise<{ waiting: Promise<string> }> {
  for (;;) {
    const waiting = commands.run({ ping: 1 }).then(
      () => "answered",
      () => "given up",
    );
    if ((await Promise.race([waiting, elected])) !== "answered") return { waiting };
  }
}
