import { mkdir } from "node:fs/promises";
import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import { duration } from "../output/text.ts";
import { openDatabase, type StackDatabase } from "./database.ts";
import { serviceCalled, serviceEntry, serviceNames, type ServiceName, type StackLayout } from "./layout.ts";
import { boundLogs, supervisorLog } from "./log-files.ts";
import { unitMark } from "./orphans.ts";
import { refOf, signal } from "../process-ref.ts";
import type { StackSecrets } from "./secrets.ts";
import { serviceEnvironment } from "./service-environment.ts";
import { sourceCodes } from "./source-code.ts";
import { type StackState, type UnitState, urlsOf, writeState } from "./state.ts";
import { supervise, type UnitEvents } from "./supervise.ts";
import { type RunningUnit, startProgram, type Unit } from "./unit.ts";
import { waitHealthy } from "./wait-healthy.ts";

/** What a stack is started with. */
export interface StackTools {
  readonly io: Io;
  readonly talk: Talk;
  readonly layout: StackLayout;
  readonly secrets: StackSecrets;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Port that the mongod of this data directory had last. */
  readonly mongodPort: number | undefined;
  readonly profile: string;
}

/** A MongoDB and three services, started in this order, kept running, and stopped in the reverse one. */
export class Stack {
  readonly #tools: StackTools;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, RunningUnit>();
  readonly #units = new Map<string, UnitState>();
  readonly #log: ReturnType<typeof supervisorLog>;
  #database: StackDatabase | undefined;
  #phase: StackState["phase"] = "starting";
  #codes: StackState["codes"];
  #isSignedIn: boolean | undefined;
  #writing: Promise<void> = Promise.resolve();
  #endLogs: (() => void) | undefined;
  readonly #loops: Promise<void>[] = [];

  constructor(tools: StackTools) {
    this.#tools = tools;
    this.#log = supervisorLog(tools.layout);
  }

  /** Where the MongoDB comes from; known once it runs. */
  get database(): string {
    return this.#database?.description ?? "";
  }

  /** Resolves when every service is healthy. @throws what kept it from starting; `stop` then cleans up */
  async start(): Promise<void> {
    const { io, talk, layout } = this.#tools;
    await Promise.all([layout.logDir, layout.mailDir].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
    this.#endLogs = boundLogs(layout);
    await this.#writeState();
    const { signal } = this.#stopping;
    const database = await openDatabase({ io, talk, layout, port: this.#tools.mongodPort, signal }).catch((error) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (database === undefined) return;
    this.#database = database;
    if (database.mongod !== undefined) {
      this.#started(database.mongod.unit, database.mongod.running, 0);
      this.#supervise([database.mongod.unit]);
    }
    if (this.#stopping.signal.aborted) return;
    const startedAtMs = io.now();
    const units = serviceNames.map((name) => this.#serviceUnit(name, database));
    talk.say("starting user-service, product-service and order-service …");
    await Promise.all(units.map(async (unit) => this.#started(unit, await unit.start(), 0)));
    // While they load it.
    this.#codes = sourceCodes();
    await this.#waitHealthy(startedAtMs);
    if (this.#stopping.signal.aborted) return;
    this.#log("info", "every service is healthy");
    this.#supervise(units);
  }

  /** Tells other commands that this stack is ready for them, and whether its administrator is signed in. */
  async ready(isSignedIn: boolean): Promise<StackState> {
    this.#phase = "ready";
    this.#isSignedIn = isSignedIn;
    await this.#writeState();
    return this.#state();
  }

  /** Breaks off a start that is under way: `start` then resolves early. */
  abort(): void {
    this.#stopping.abort();
  }

  /** Stops the services, then MongoDB; each in order, by force when it takes too long. */
  async stop(phase: "stopped" | "failed" = "stopped"): Promise<void> {
    this.#stopping.abort();
    this.#phase = "stopping";
    await this.#writeState();
    // A restart that is under way ends what it started.
    await Promise.all(this.#loops);
    for (const names of [["order-service"], ["product-service", "user-service"], ["mongod"]]) {
      await Promise.all(names.map((name) => this.#stopUnit(name)));
    }
    this.#phase = phase;
    this.#log("info", phase);
    this.#endLogs?.();
    await this.#writeState();
  }

  /** Ends everything by force; MongoDB recovers from its journal at the next start. */
  kill(): void {
    for (const { pid } of this.#running.values()) {
      const ref = refOf(pid);
      if (ref !== undefined) signal(ref, "SIGKILL");
    }
  }

  async #stopUnit(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    const { io, talk } = this.#tools;
    const startedAtMs = io.now();
    await running.stop();
    this.#running.delete(name);
    const state = this.#units.get(name);
    if (state !== undefined) this.#units.set(name, without(state));
    talk.done(`${name} stopped (${duration(io.now() - startedAtMs)})`);
  }

  #serviceUnit(name: ServiceName, database: StackDatabase): Unit {
    const { io, layout, secrets, ports } = this.#tools;
    const program = [serviceEntry(name, io.env), ...unitMark(name, layout)];
    return {
      name: `${name}-service`,
      start: () =>
        startProgram({
          program,
          env: serviceEnvironment(name, { io, layout, secrets, ports, mongoUri: database.uri }),
          cwd: layout.dataDir,
          logFile: layout.logFile(name),
        }),
    };
  }

  async #waitHealthy(startedAtMs: number): Promise<void> {
    const { io, talk, ports } = this.#tools;
    const urls = urlsOf(ports);
    await Promise.all(
      serviceNames.map(async (name) => {
        const running = this.#running.get(`${name}-service`);
        if (running === undefined) return;
        await waitHealthy(
          name,
          { url: urls[name], running, startedAtMs, stopping: this.#stopping.signal },
          this.#tools,
        );
        if (this.#stopping.signal.aborted) return;
        talk.done(`${name}-service is healthy (${duration(io.now() - startedAtMs)})`);
      }),
    );
  }

  #supervise(units: readonly Unit[]): void {
    for (const unit of units) {
      const running = this.#running.get(unit.name);
      if (running === undefined) continue;
      const events: UnitEvents = {
        started: (unit, running, restarts) => this.#started(unit, running, restarts),
        ended: (unit, how, next) => this.#ended(unit, how, next),
      };
      this.#loops.push(supervise(unit, running, { io: this.#tools.io, events, stopping: this.#stopping.signal }));
    }
  }

  #started(unit: Unit, running: RunningUnit, restarts: number): void {
    const process = refOf(running.pid);
    const lastEnd = this.#units.get(unit.name)?.lastEnd;
    const port = this.#portOf(unit.name);
    const hasMoved = unit.name === "mongod" && restarts > 0 && this.#units.get("mongod")?.port !== port;
    this.#running.set(unit.name, running);
    this.#units.set(unit.name, {
      ...(process === undefined ? {} : { process }),
      port,
      restarts,
      startedAtMs: this.#tools.io.now(),
      ...(lastEnd === undefined ? {} : { lastEnd }),
    });
    this.#log("info", `${unit.name} started, pid ${running.pid}${restarts === 0 ? "" : `, restart ${restarts}`}`);
    if (restarts > 0) {
      const service = serviceCalled(unit.name);
      const code = service === undefined ? undefined : sourceCodes()?.[service];
      if (service !== undefined && code !== undefined) this.#codes = { ...this.#codes, [service]: code };
      this.#tools.talk.say(`${unit.name} is running again`);
    }
    void this.#writeState();
    // The services hold the old address: they end in order and are started again with the new one.
    if (hasMoved) for (const name of serviceNames) void this.#running.get(`${name}-service`)?.stop();
  }

  #ended(unit: Unit, how: string, { waitMs, restarts }: { waitMs: number; restarts: number }): void {
    const state = this.#units.get(unit.name);
    if (state !== undefined) this.#units.set(unit.name, { ...without(state), restarts, lastEnd: how });
    this.#running.delete(unit.name);
    const text = `${unit.name} ended (${how}); starting it again in ${duration(waitMs)}`;
    this.#log("warn", text);
    this.#tools.talk.warn(text);
    void this.#writeState();
  }

  #portOf(unitName: string): number {
    const name = serviceCalled(unitName);
    return name === undefined ? (this.#database?.mongod?.port() ?? 0) : this.#tools.ports[name];
  }

  #state(): StackState {
    const { ports, secrets, profile } = this.#tools;
    const service = (name: ServiceName): UnitState =>
      this.#units.get(`${name}-service`) ?? { port: ports[name], restarts: 0, startedAtMs: 0 };
    const mongod = this.#units.get("mongod");
    const supervisor = this.#phase === "stopped" || this.#phase === "failed" ? undefined : refOf(process.pid);
    return {
      phase: this.#phase,
      ...(supervisor === undefined ? {} : { supervisor }),
      database: this.database,
      adminEmail: secrets.adminEmail,
      profile,
      ...(this.#codes === undefined ? {} : { codes: this.#codes }),
      ...(this.#isSignedIn === undefined ? {} : { isSignedIn: this.#isSignedIn }),
      ...(mongod === undefined ? {} : { mongod }),
      services: { user: service("user"), product: service("product"), order: service("order") },
    };
  }

  /** One write after the other, so that the last state is the one that stays. */
  #writeState(): Promise<void> {
    const state = this.#state();
    const { layout } = this.#tools;
    this.#writing = this.#writing.then(() => writeState(layout, state)).catch(() => undefined);
    return this.#writing;
  }
}

/** A unit that does not run. */
function without(state: UnitState): UnitState {
  const { process: gone, ...rest } = state;
  return gone === undefined ? state : rest;
}
