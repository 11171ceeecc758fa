import { existsSync, statSync } from "node:fs";
import { CliError, messageOf } from "../errors.ts";
import { ensureFolder, isReadableByOthers } from "../files.ts";
import { count, shellWord } from "../output/text.ts";
import { canStartPrograms } from "../runtime.ts";
import { credentialsPath } from "../session/config-files.ts";
import type { Session } from "../session/session.ts";
import { databaseUris } from "../stack/database-uris.ts";
import { serviceEntry, type ServiceName, serviceNames, type StackLayout, stackLayout } from "../stack/layout.ts";
import { tightLimits } from "../stack/limits.ts";
import { readMigrations } from "../stack/migrations.ts";
import { assertFree, PORT_DEFAULT, portsFrom } from "../stack/ports.ts";
import { refuseHalfRestored } from "../stack/restore-mark.ts";
import { hasCodeChanged } from "../stack/source-code.ts";
import { endedUnits, livingProcesses, portsOf, readState, type StackState } from "../stack/state.ts";
import { supervisorOf, whyUnwatched } from "../stack/supervisor.ts";
import type { Tools } from "../tools.ts";
import { checkDisk } from "./disk.ts";

/** What one check came to. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "problem";
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

const BUN_WANTED = "1.4";
/** Each service judges tokens by its own clock. */
const CLOCK_SKEW_MAX_MS = 30_000;

type Run = (tools: Tools, dataDir: string | undefined) => Promise<Check>;

const startChecks: readonly Run[] = [checkBun, checkLimits, checkCheckout, checkMongodb, checkDataDir, checkDisk];
const useChecks: readonly Run[] = [checkServices, checkClock, checkSignIn];

/** Every check, in the order in which they are shown. What starts no stacks is not asked what a start needs. */
export const checks: readonly Run[] = canStartPrograms
  ? [...startChecks, checkCredentials, checkStack, checkDatabases, ...useChecks]
  : [checkNode, checkCredentials, ...useChecks];

async function checkNode(): Promise<Check> {
  const detail = `${process.versions.node}: this package works with running services; it cannot start them`;
  return { name: "Node", status: "ok", detail };
}

async function checkBun(): Promise<Check> {
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

async function checkLimits(): Promise<Check> {
  const tight = tightLimits();
  return tight.length === 0
    ? { name: "Limits", status: "ok", detail: "open files and processes suffice" }
    : { name: "Limits", status: "warning", detail: tight.join(", "), fix: "raise it and open a new shell" };
}

async function checkCheckout({ io }: Tools): Promise<Check> {
  try {
    for (const name of serviceNames) serviceEntry(name, io.env);
    return { name: "Checkout", status: "ok", detail: "the services can be started from here" };
  } catch (error) {
    return { name: "Checkout", status: "warning", detail: messageOf(error), fix: "run it in a checkout to use `up`" };
  }
}

async function checkMongodb({ io }: Tools): Promise<Check> {
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

async function checkDataDir({ io }: Tools, option: string | undefined): Promise<Check> {
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

async function checkCredentials({ io }: Tools): Promise<Check> {
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

async function checkStack({ io }: Tools, option: string | undefined): Promise<Check> {
  const name = "Stack";
  const layout = stackLayout(io, option);
  try {
    const state = await readState(layout);
    const ports = state === undefined ? portsFrom(undefined, PORT_DEFAULT, layout) : portsOf(state);
    const detail = Object.values(ports).join(", ");
    if (state !== undefined && livingProcesses(state).length > 0)
      return { name, ...(await judgeRunning(state, layout, `running on ports ${detail}`)) };
    // A restore that is at work has not broken off.
    await supervisorOf(layout.lockFile);
    await refuseHalfRestored(layout);
    await assertFree(ports, layout);
    return { name, status: "ok", detail: `not running; ports ${detail} are free` };
  } catch (error) {
    return { name, ...problemOf(error) };
  }
}

function problemOf(error: unknown): Omit<Check, "name"> {
  const fix = error instanceof CliError ? error.tries[0] : undefined;
  return { status: "problem", detail: messageOf(error), ...(fix === undefined ? {} : { fix }) };
}

async function judgeRunning(state: StackState, layout: StackLayout, detail: string): Promise<Omit<Check, "name">> {
  const unwatched = await whyUnwatched(layout);
  if (unwatched !== undefined)
    return { status: "problem", detail: `running, but its supervisor ${unwatched.supervisor}`, fix: unwatched.fix };
  if (state.phase !== "ready") return { status: "ok", detail };
  const { option } = layout;
  const ended = endedUnits(state).map(({ name, lastEnd }) => `${name} is not (${lastEnd ?? "it ended"})`);
  if (ended.length > 0)
    return {
      status: "problem",
      detail: `running, but ${ended.join(", ")}`,
      fix: `ordersctl logs supervisor${option}`,
    };
  const fix = `ordersctl down${option} && ordersctl up -d${option}`;
  return hasCodeChanged(state)
    ? { status: "warning", detail: `${detail}; the code has changed since it was started`, fix }
    : { status: "ok", detail };
}

async function checkDatabases(tools: Tools, option: string | undefined): Promise<Check> {
  const name = "Databases";
  try {
    const uris = await databaseUris(stackLayout(tools.io, option), tools);
    const read = (service: ServiceName) => readMigrations(service, { uri: uris[service], migrate: false }, tools.io);
    const all = (await Promise.all(serviceNames.map(read))).flat();
    const newer = serviceNames.filter((name) =>
      all.some(({ service, state }) => service === name && state === "newer"),
    );
    if (newer.length > 0) {
      const detail = `${newer.map((service) => `${service}db`).join(", ")}: migrated by a newer release`;
      return { name, status: "warning", detail, fix: "run the services and ordersctl of that release" };
    }
    const pending = all.filter(({ state }) => state === "pending").length;
    const detail =
      pending === 0 ? "migrated to this release" : `${count(pending, "migration")} pending until the next up`;
    return { name, status: "ok", detail };
  } catch (error) {
    const isAway = error instanceof CliError && error.exit === "UNREACHABLE";
    return isAway ? { name, status: "ok", detail: "not compared: no MongoDB answers" } : { name, ...problemOf(error) };
  }
}

async function checkServices({ session }: Tools): Promise<Check> {
  const name = "Services";
  try {
    return { name, ...(await judgeServices(session)) };
  } catch (error) {
    return { name, ...problemOf(error) };
  }
}

async function judgeServices(session: Session): Promise<Omit<Check, "name">> {
  const client = await session.clientWith();
  const states = await Promise.all(
    serviceNames.map(async (name) => {
      const health = await client.operation.health(name).catch(() => undefined);
      return { name, status: health?.status ?? "unreachable" };
    }),
  );
  const bad = states.filter(({ status }) => status !== "healthy");
  if (bad.length === 0) return { status: "ok", detail: `healthy (profile ${session.profile})` };
  const isSilent = bad.length === states.length && bad.every(({ status }) => status === "unreachable");
  const detail = isSilent ? "no service answers" : bad.map(({ name, status }) => `${name} is ${status}`).join(", ");
  return {
    status: isSilent ? "warning" : "problem",
    detail,
    fix: canStartPrograms
      ? `ordersctl ${isSilent ? "up" : "health"}   or   ordersctl logs`
      : "ordersctl config view --show-origin   (addresses), ordersctl profile set NAME --user-url …",
  };
}

async function checkClock({ session, io }: Tools): Promise<Check> {
  const name = "Clock";
  const skews = await Promise.all(
    serviceNames.map(async (service) => ({
      service,
      skewMs: await dateOf(service, session).then(
        (date) => Math.abs(date - io.now()),
        () => Number.NaN,
      ),
    })),
  );
  const compared = skews.filter(({ skewMs }) => !Number.isNaN(skewMs));
  if (compared.length === 0) return { name, status: "ok", detail: "not compared: no service answers" };
  const apart = compared.filter(({ skewMs }) => skewMs > CLOCK_SKEW_MAX_MS);
  if (apart.length === 0) return { name, status: "ok", detail: "agrees with the services" };
  const detail = apart.map(({ service, skewMs }) => `${Math.round(skewMs / 1000)} s off from ${service}-service`);
  return { name, status: "problem", detail: detail.join(", "), fix: "set the clocks (NTP)" };
}

/** What a service tells as the time, in milliseconds since the epoch; NaN when it tells none. */
async function dateOf(service: ServiceName, { urls, fetch }: Session): Promise<number> {
  const answer = await fetch(`${urls[`${service}Url`]}/health`, { signal: AbortSignal.timeout(2000) });
  return Date.parse(answer.headers.get("date") ?? "");
}

async function checkSignIn({ session, io }: Tools): Promise<Check> {
  const name = "Signed in";
  try {
    const token = await session.token();
    if (token === undefined) return { name, status: "warning", detail: "no", fix: session.login };
    const kept = io.env["ORDERSCTL_TOKEN"] ? undefined : await session.credentials();
    return { name, status: "ok", detail: kept?.email ?? "by ORDERSCTL_TOKEN" };
  } catch (error) {
    return { name, ...problemOf(error), status: "warning" };
  }
}
