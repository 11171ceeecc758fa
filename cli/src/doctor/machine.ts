import { existsSync, statSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { ensureFolder, isReadableByOthers } from "../files.ts";
import { shellWord } from "../output/text.ts";
import { credentialsPath } from "../session/config-files.ts";
import { serviceEntry, serviceNames, stackLayout } from "../stack/layout.ts";
import { tightLimits } from "../stack/limits.ts";
import type { Tools } from "../tools.ts";
import { type Check, problemOf } from "./check.ts";

const BUN_WANTED = "1.4";

export async function checkNode(): Promise<Check> {
  const detail = `${process.versions.node}: this package works with running services; it cannot start them`;
  return { name: "Node", status: "ok", detail };
}

export async function checkBun(): Promise<Check> {
  const version = process.versions["bun"] ?? "";
  const isWanted = version.startsWith(`${BUN_WANTED}.`);
  return isWanted
    ? { name: "Bun", status: "ok", detail: version }
    : {
        name: "Bun",
        status: "warning",
        detail: `${version}; tested with ${BUN_WANTED}`,
        fix: "npm install -g bun@1.4.5",
      };
}

export async function checkLimits(): Promise<Check> {
  const tight = tightLimits();
  return tight.length === 0
    ? { name: "Limits", status: "ok", detail: "enough open files and processes" }
    : { name: "Limits", status: "warning", detail: tight.join(", "), fix: "raise the limit, then open a new shell" };
}

export async function checkCheckout({ io }: Tools): Promise<Check> {
  try {
    for (const name of serviceNames) serviceEntry(name, io.env);
    return { name: "Checkout", status: "ok", detail: "the services can be started from here" };
  } catch (error) {
    return { name: "Checkout", status: "warning", detail: messageOf(error), fix: "run it in a checkout to use `up`" };
  }
}

export async function checkMongodb({ io }: Tools): Promise<Check> {
  const name = "MongoDB";
  try {
    if (io.env["MONGO_URI"]) {
      const { checkMongoUri } = await import("@pos/local-mongodb/check-uri");
      const { version, replicaSet, warnings } = await checkMongoUri(io.env["MONGO_URI"]);
      const [warning] = warnings;
      const detail = `MONGO_URI: ${version}, replica set ${replicaSet}`;
      return warning === undefined ? { name, status: "ok", detail } : { name, status: "warning", detail, fix: warning };
    }
    const { findMongod } = await import("@pos/local-mongodb/find");
    const found = await findMongod({ env: io.env, log: () => undefined, fetch: false });
    return { name, status: "ok", detail: `mongod ${found.version} from ${found.source}` };
  } catch (error) {
    const [detail = "", ...more] = messageOf(error).split("\n");
    const isFetchable = error instanceof Error && error.name === "MongodNotFoundError";
    return {
      name,
      status: isFetchable ? "warning" : "problem",
      detail: isFetchable ? "no mongod here yet" : detail,
      fix: isFetchable
        ? "`ordersctl up` downloads one"
        : more.map((line) => line.trim()).join(" ") || "see MONGO_URI and MONGOD_BIN",
    };
  }
}

export async function checkDataDir({ io }: Tools, option: string | undefined): Promise<Check> {
  const { dataDir } = stackLayout(io, option);
  const name = "Data directory";
  if (!existsSync(dataDir)) return { name, status: "ok", detail: `${dataDir} (created by the first up)` };
  try {
    await ensureFolder(dataDir, "choose another folder with --data-dir");
  } catch (error) {
    return { name, ...problemOf(error) };
  }
  const mode = statSync(dataDir).mode & 0o777;
  if ((mode & 0o077) === 0) return { name, status: "ok", detail: dataDir };
  const detail = `other users can read ${dataDir} (${mode.toString(8)})`;
  return { name, status: "problem", detail, fix: `chmod 700 ${shellWord(dataDir)}` };
}

export async function checkCredentials({ io }: Tools): Promise<Check> {
  const path = credentialsPath(io.env);
  return (await isReadableByOthers(path))
    ? {
        name: "Sign-ins",
        status: "problem",
        detail: `other users can read ${path}`,
        fix: `chmod 600 ${shellWord(path)}`,
      }
    : { name: "Sign-ins", status: "ok", detail: existsSync(path) ? `${path}, private` : "none yet" };
}
