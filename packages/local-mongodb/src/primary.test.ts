import { expect, setDefaultTimeout, test } from "bun:test";
import { rm } from "node:fs/promises";
import { prepareDataDir, startListening } from "./listen.ts";
import { endProcess } from "./mongod-process.ts";
import { waitForMembers } from "./primary.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { testBinary } from "./test/binary.ts";

setDefaultTimeout(120_000);

test("a member that has not read its set's configuration yet is waited for, as after its start", async () => {
  const dataDir = await temporaryDirectory("pos-member-");
  await prepareDataDir(dataDir);
  const signal = AbortSignal.timeout(60_000);
  const options = { port: undefined, replicaSet: "rs0", keyFile: undefined, lifetime: "with-parent", signal } as const;
  const { port, process } = await startListening({ binary: await testBinary(), dataDir, ...options });
  const waiting = waitForMembers([port], [port], AbortSignal.timeout(500));
  expect(await waiting.catch((error: unknown) => error)).toMatchObject({ name: "TimeoutError" });
  await endProcess(process, "SIGKILL");
  await rm(dataDir, { recursive: true });
});
