import { CliError } from "../errors.ts";
import { count } from "../output/text.ts";
import { databaseUris } from "../stack/database-uris.ts";
import { type ServiceName, serviceNames, type StackLayout, stackLayout } from "../stack/layout.ts";
import { migratedFurther, readMigrations } from "../stack/migrations.ts";
import { assertFree, PORT_DEFAULT, portsFrom } from "../stack/ports.ts";
import { refuseHalfRestored } from "../stack/restore-mark.ts";
import { changedCode } from "../stack/source-code.ts";
import { endedUnits, livingProcesses, portsOf, readState, type StackState } from "../stack/state.ts";
import { supervisorOf, whyUnwatched } from "../stack/supervisor.ts";
import type { Tools } from "../tools.ts";
import { type Check, problemOf } from "./check.ts";

export async function checkStack({ io }: Tools, option: string | undefined): Promise<Check> {
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
  const changed = changedCode(state, layout);
  return changed === undefined
    ? { status: "ok", detail }
    : { status: "warning", detail: `${detail}; ${changed.what}`, fix: changed.fix };
}

export async function checkDatabases(tools: Tools, option: string | undefined): Promise<Check> {
  const name = "Databases";
  try {
    const uris = await databaseUris(stackLayout(tools.io, option), tools);
    const read = (service: ServiceName) => readMigrations(service, { uri: uris[service], migrate: false }, tools.io);
    const all = (await Promise.all(serviceNames.map(read))).flat();
    const newer = migratedFurther(all);
    if (newer.length > 0) {
      const detail = `${newer.map((service) => `${service}db`).join(", ")}: migrated by a newer release`;
      return { name, status: "warning", detail, fix: "run the services and ordersctl of that release" };
    }
    const pending = all.filter(({ state }) => state === "pending").length;
    const detail =
      pending === 0 ? "migrated to this release" : `${count(pending, "migration")} pending until the next up`;
    return { name, status: "ok", detail };
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== "UNREACHABLE") return { name, ...problemOf(error) };
    const { MongoServerError } = await import("mongodb");
    // It answers, and refuses, as with a wrong password.
    if (error.cause instanceof MongoServerError) return { name, status: "problem", detail: error.message };
    return { name, status: "ok", detail: "not compared: no MongoDB answers" };
  }
}
