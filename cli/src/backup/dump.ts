import { lstat, mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CliError } from "../errors.ts";
import { ensureFolder, fileProblem, isAbsent, writePrivateJson } from "../files.ts";
import { count, shellWord } from "../output/text.ts";
import { type FileFacts, writeBsonFile } from "./bson-file.ts";
import {
  collectionPath,
  type DatabaseName,
  DATABASES,
  LEFT_OUT,
  type Manifest,
  manifestPath,
  newManifest,
} from "./manifest.ts";
import { clientOf, refuseSecondary } from "./primary.ts";

/** Connection strings of the three databases. */
export type DatabaseUris = Readonly<Record<DatabaseName, string>>;

export interface DumpTools {
  now(): number;
  say(line: string): void;
  warn(line: string): void;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
}

const BATCH = 1000;

/**
 * Copies the three databases while they are in use: each as a snapshot of one moment, products before orders before
 * users. The folder is there when all of it is there.
 * @throws {CliError} when something is there already, a server is not the primary, or a database takes longer to copy
 * than MongoDB keeps a snapshot
 */
export async function dump(target: string, uris: DatabaseUris, tools: DumpTools): Promise<Manifest> {
  const folder = await folderFor(target);
  await tellUnfinished(dirname(folder), tools);
  const partial = join(dirname(folder), `.${crypto.randomUUID()}.partial`);
  try {
    const databases: Partial<Record<DatabaseName, Record<string, FileFacts>>> = {};
    for (const name of DATABASES) databases[name] = await dumpDatabase(partial, name, uris[name], tools);
    const manifest = newManifest(tools.now(), databases as Manifest["databases"]);
    await writePrivateJson(manifestPath(partial), manifest);
    tools.signal?.throwIfAborted();
    await rename(partial, folder);
    return manifest;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * The folder that a backup takes the place of; the one that it lies in is made.
 * @throws {CliError} when it cannot
 */
export async function folderFor(target: string): Promise<string> {
  // A link cannot be replaced by a folder; the empty folder it names can.
  const folder = await realpath(target).catch(() => target);
  const refusal = (what: string) => new CliError(`${folder} ${what}.`, { exit: "USAGE", tries: ["name a new folder"] });
  const content = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw refusal("is not a folder");
  });
  if (content.length > 0) throw refusal("is not empty");
  const devices = await Promise.all([folder, dirname(folder)].map((path) => stat(path).catch(() => undefined)));
  const [own, parent] = devices.map((found) => found?.dev);
  if (own !== undefined && own !== parent) throw refusal("is where another disk begins, which no folder can replace");
  if (own === undefined && (await lstat(folder).catch(() => undefined))) throw refusal("is a link that leads nowhere");
  await ensureFolder(dirname(folder), "name a new folder elsewhere");
  return folder;
}

/** What a backup that was killed has left: whoever else works there cannot be told from it. */
async function tellUnfinished(parent: string, tools: DumpTools): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!/^\.[0-9a-f-]{36}\.partial$/.test(name)) continue;
    const path = join(parent, name);
    const next = `Unless one is at work there, remove it: rm -r ${shellWord(path)}`;
    tools.warn(`${path} is an unfinished backup, with personal data. ${next}`);
  }
}

async function dumpDatabase(
  folder: string,
  name: DatabaseName,
  uri: string,
  tools: DumpTools,
): Promise<Record<string, FileFacts>> {
  await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const client = clientOf(uri);
  const session = client.startSession({ snapshot: true });
  const { signal } = tools;
  const files: Record<string, FileFacts> = {};
  try {
    await refuseSecondary(name, client);
    const db = client.db();
    const collections = await db.listCollections({ type: "collection" }, { nameOnly: true, signal }).toArray();
    const kept = collections.map((collection) => collection.name).filter((word) => isKept(name, word));
    for (const collection of kept.sort()) {
      const cursor = db.collection(collection).find({}, { session, raw: true, batchSize: BATCH, signal });
      const documents = cursor as unknown as AsyncIterable<Uint8Array>;
      files[collection] = await writeBsonFile(collectionPath(folder, name, collection), documents);
      tools.say(`${name}.${collection}: ${count(files[collection].documents, "document")}`);
    }
    return files;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CliError) throw error;
    throw new CliError(`${name} could not be copied: ${fileProblem(error)}`, { cause: error });
  } finally {
    await session.endSession();
    await client.close();
  }
}

const isKept = (database: DatabaseName, collection: string): boolean =>
  !collection.startsWith("system.") && !LEFT_OUT[database].includes(collection);
