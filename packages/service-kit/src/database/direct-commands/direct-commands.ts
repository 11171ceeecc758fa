import {
  type Db,
  type Document,
  type MongoClient,
  MongoError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from "mongodb";
import { isDatabaseUnavailable } from "../errors.ts";
import { DirectConnection } from "./connection.ts";
import { type DriverServer, selectPrimary, wantsEvents } from "./driver.ts";
import type { CommandRunner, RunOptions } from "./runner.ts";

export { bytesOf } from "./message.ts";

/** Connections that a client's direct commands hold at most; the driver's pool has 20. */
const CONNECTIONS_MAX = 8;
/** Commands that wait for a connection at most, and for how long, in milliseconds. */
const WAITING_MAX = 10_000;
const WAIT_MAX_MS = 4000;
/** How long an answer may take, in milliseconds; longer work (index builds) goes the driver's way. */
const ANSWER_MAX_MS = 10_000;
const SWEEP_MS = 500;

interface Waiting {
  readonly sinceMs: number;
  resolve(connection: DirectConnection): void;
  reject(error: unknown): void;
}

/** The connections of one client, for the commands of all its databases. */
class Connections {
  readonly #client: MongoClient;
  readonly #open = new Set<DirectConnection>();
  readonly #idle: DirectConnection[] = [];
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #server: DriverServer | undefined;
  #isWatching = false;

  constructor(client: MongoClient) {
    this.#client = client;
  }

  get resting(): number {
    return this.#idle.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** An idle connection, if there is one; what is no longer of use is closed on the way. */
  takeIdle(): DirectConnection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isUsable) {
        this.#watch();
        return connection;
      }
      this.#drop(connection);
    }
    return undefined;
  }

  /** @throws {MongoError} when none could be had in time */
  async take(commandName = "waiting"): Promise<DirectConnection> {
    const idle = this.takeIdle();
    if (idle !== undefined) return idle;
    if (this.#open.size + this.#opening < CONNECTIONS_MAX) return this.#openOne(commandName);
    if (this.#waiting.length >= WAITING_MAX) throw new MongoNetworkTimeoutError("too many commands wait");
    this.#watch();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sinceMs: performance.now(), resolve, reject });
    });
  }

  /** After a command: it goes to whoever waits, or rests. */
  giveBack(connection: DirectConnection): void {
    if (!connection.isUsable) {
      this.#drop(connection);
      this.#passOn();
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next.resolve(connection);
  }

  /** There is room for one connection more: who waits may open it. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) void this.take().then(next.resolve, next.reject);
  }

  async #openOne(commandName: string): Promise<DirectConnection> {
    this.#opening++;
    try {
      if (this.#server === undefined || !this.#server.description.isWritable || this.#server.pool.closed)
        this.#server = await selectPrimary(this.#client, commandName);
      const server = this.#server;
      const checkedOut = await server.pool.checkOut({
        timeoutContext: { connectionCheckoutTimeout: undefined, csotEnabled: () => false },
        signal: AbortSignal.timeout(WAIT_MAX_MS),
      });
      const connection = new DirectConnection(server, checkedOut);
      this.#open.add(connection);
      this.#watch();
      return connection;
    } catch (error) {
      this.#server = undefined;
      queueMicrotask(() => this.#passOn());
      throw error instanceof MongoError ? error : new MongoNetworkTimeoutError(`no connection: ${String(error)}`);
    } finally {
      this.#opening--;
    }
  }

  #drop(connection: DirectConnection): void {
    this.#open.delete(connection);
    connection.close();
  }

  /** While commands are under way or wait: a server that is silent, or a wait that is too long, ends. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    setTimeout(() => {
      this.#isWatching = false;
      for (const connection of this.#open) connection.closeIfSilent(ANSWER_MAX_MS);
      const oldestMs = performance.now() - WAIT_MAX_MS;
      while ((this.#waiting[0]?.sinceMs ?? Number.POSITIVE_INFINITY) < oldestMs)
        this.#waiting.shift()?.reject(new MongoNetworkTimeoutError("every connection was busy for too long"));
      if (this.#idle.length < this.#open.size || this.#waiting.length > 0) this.#watch();
    }, SWEEP_MS).unref();
  }
}

const connectionsOf = new WeakMap<MongoClient, Connections>();

/** How many connections a client's direct commands keep without using them now, and how many commands wait for one. */
export function directCommandsState(client: MongoClient): { readonly resting: number; readonly waiting: number } {
  const { resting = 0, waiting = 0 } = connectionsOf.get(client) ?? {};
  return { resting, waiting };
}

/**
 * Commands to the primary over the driver's own connections, without the driver's layers (ADR 0020). The driver finds
 * the primary, connects, authenticates and hears of every failure; what is left out is what it does for each command,
 * which costs three times what sending it does. For the few commands that every request is made of.
 */
export class DirectCommands implements CommandRunner {
  readonly #client: MongoClient;
  readonly #databaseName: string;
  readonly #connections: Connections;

  constructor({ client, databaseName }: Db) {
    this.#client = client;
    this.#databaseName = databaseName;
    const connections = connectionsOf.get(client) ?? new Connections(client);
    connectionsOf.set(client, connections);
    this.#connections = connections;
  }

  /**
   * Runs a command. Errors of single writes (`writeErrors`) are left in the answer.
   * @throws {MongoServerError | MongoNetworkError | MongoServerSelectionError} as the driver does
   */
  async run(command: Document, options: RunOptions = {}): Promise<Document> {
    const sent = { ...command, $db: options.database ?? this.#databaseName };
    try {
      return await this.#once(sent, options);
    } catch (error) {
      const isLost = isDatabaseUnavailable(error) && !(error instanceof MongoServerSelectionError);
      if (options.mayRepeat !== true || !isLost) throw error;
      return this.#once(sent, options);
    }
  }

  async #once(command: Document, { sequence }: RunOptions): Promise<Document> {
    const name = Object.keys(command)[0] ?? "";
    const connection = this.#connections.takeIdle() ?? (await this.#connections.take(name));
    const event = wantsEvents(this.#client) ? this.#began(name, command, connection.address) : undefined;
    try {
      const reply = await connection.exchange(command, sequence);
      throwFailure(reply);
      if (event !== undefined) this.#client.emit("commandSucceeded", { ...event, reply } as never);
      return reply;
    } catch (error) {
      if (error instanceof MongoServerError) connection.tell(error);
      if (event !== undefined) this.#client.emit("commandFailed", { ...event, failure: error } as never);
      throw error;
    } finally {
      this.#connections.giveBack(connection);
    }
  }

  /** Tells of a command as the driver tells of its own, to whoever listens to the client. */
  #began(commandName: string, command: Document, address: string): Document {
    const event = { commandName, databaseName: command["$db"], requestId: nextEventId(), address };
    this.#client.emit("commandStarted", { ...event, command } as never);
    return event;
  }
}

let eventId = 0;
/** Below zero: the driver's own ids are above. */
const nextEventId = (): number => --eventId;

function throwFailure(reply: Document): void {
  if (reply["ok"] !== 1) throw new MongoServerError(reply);
  if (reply["writeConcernError"] !== undefined) throw new MongoWriteConcernError(reply as never);
}
