import { type MongoClient, MongoError, MongoNetworkTimeoutError } from "mongodb";
import { DirectConnection } from "./connection.ts";
import { type DriverServer, isPrimary, isReplaced, selectPrimary } from "./driver.ts";

/** Connections that a client's direct commands hold at most; the driver's pool has 20. */
const CONNECTIONS_MAX = 8;
/** Commands that wait for a connection at most, and for how long, in milliseconds. */
const WAITING_MAX = 10_000;
const WAIT_MAX_MS = 4000;
/** Longest wait for an answer, in milliseconds; longer work (index builds) goes through the driver. */
const ANSWER_MAX_MS = 10_000;
/** The same for a server that another one has replaced as primary: it answers at once, or is frozen. */
const FORMER_ANSWER_MAX_MS = 1000;
const SWEEP_MS = 500;

interface Waiting {
  readonly sinceMs: number;
  resolve(connection: DirectConnection): void;
  reject(error: unknown): void;
}

/** The connections of one client, for the commands of all its databases. */
export class Connections {
  readonly #client: MongoClient;
  readonly #answerMaxMs: number;
  readonly #open = new Map<DirectConnection, DriverServer>();
  readonly #idle: DirectConnection[] = [];
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #server: DriverServer | undefined;
  #isWatching = false;

  constructor(client: MongoClient, answerMaxMs = ANSWER_MAX_MS) {
    this.#client = client;
    this.#answerMaxMs = answerMaxMs;
  }

  get resting(): number {
    // One that was closed meanwhile stays in the list until its turn, but was already returned to the pool.
    return this.#idle.filter(({ isOpen }) => isOpen).length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** An idle connection, if there is one; unusable ones found on the way are closed. */
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

  /** After a command: it goes to the next in the queue, or becomes idle. */
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

  /** There is room for one more connection: the next in the queue may open it. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) void this.take().then(next.resolve, next.reject);
  }

  async #openOne(commandName: string): Promise<DirectConnection> {
    this.#opening++;
    try {
      if (this.#server === undefined || !isPrimary(this.#client, this.#server) || this.#server.pool.closed)
        this.#server = await selectPrimary(this.#client, commandName);
      const server = this.#server;
      const checkedOut = await server.pool.checkOut({
        timeoutContext: { connectionCheckoutTimeout: undefined, csotEnabled: () => false },
        signal: AbortSignal.timeout(WAIT_MAX_MS),
      });
      const connection = new DirectConnection(server, checkedOut, () => isPrimary(this.#client, server));
      this.#open.set(connection, server);
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

  /** While commands are in flight or waiting: ends those whose server is silent or whose wait is too long. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    setTimeout(() => {
      this.#isWatching = false;
      for (const [connection, server] of this.#open)
        connection.closeIfSilent(isReplaced(this.#client, server) ? FORMER_ANSWER_MAX_MS : this.#answerMaxMs);
      const oldestMs = performance.now() - WAIT_MAX_MS;
      while ((this.#waiting[0]?.sinceMs ?? Number.POSITIVE_INFINITY) < oldestMs)
        this.#waiting.shift()?.reject(new MongoNetworkTimeoutError("every connection was busy for too long"));
      if (this.#idle.length < this.#open.size || this.#waiting.length > 0) this.#watch();
    }, SWEEP_MS).unref();
  }
}

const byClient = new WeakMap<MongoClient, Connections>();

/** The connections of a client, shared by all its databases. */
export function connectionsOf(client: MongoClient): Connections {
  const known = byClient.get(client);
  if (known !== undefined) return known;
  const connections = new Connections(client);
  byClient.set(client, connections);
  return connections;
}

/** How many connections a client's direct commands keep without using them now, and how many commands wait for one. */
export function directCommandsState(client: MongoClient): { readonly resting: number; readonly waiting: number } {
  const { resting = 0, waiting = 0 } = byClient.get(client) ?? {};
  return { resting, waiting };
}
