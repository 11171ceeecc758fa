import { type Document, MongoNetworkError, MongoNetworkTimeoutError } from "mongodb";
import type { DriverConnection, DriverServer } from "./driver.ts";
import { decodeMessage, type DocumentSequence, encodeMessage, MESSAGE_MAX_BYTES } from "./message.ts";

interface Awaited {
  readonly requestId: number;
  readonly sentAtMs: number;
  resolve(reply: Document): void;
  reject(error: unknown): void;
}

let lastRequestId = 0;

/**
 * One of the driver's connections, taken over: one command at a time is written to its socket and the answer is read
 * from it, without the driver's streams in between. If the connection closes, the command in flight fails with the
 * connection's error, and the driver is told.
 */
export class DirectConnection {
  readonly #server: DriverServer;
  readonly #connection: DriverConnection;
  readonly #isPrimary: () => boolean;
  #awaited: Awaited | undefined;
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #neededBytes = 0;

  /** @param isPrimary whether its server takes writes now */
  constructor(server: DriverServer, connection: DriverConnection, isPrimary: () => boolean) {
    this.#server = server;
    this.#isPrimary = isPrimary;
    this.#connection = connection;
    const { socket, messageStream } = connection;
    socket.unpipe(messageStream);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    connection.once("close", () => this.#closed());
    if (connection.closed) this.#closed();
    else socket.resume();
  }

  get address(): string {
    return this.#connection.address;
  }

  get isOpen(): boolean {
    return !this.#connection.closed;
  }

  /** Whether a command may be sent: it is open, of the pool's present generation, and its server takes writes. */
  get isUsable(): boolean {
    const { pool } = this.#server;
    const { generation } = this.#connection;
    return this.isOpen && generation === pool.generation && !pool.closed && this.#isPrimary();
  }

  /**
   * Sends a command and returns the reply, also one that reports an error.
   * @throws {MongoNetworkError} when the connection is lost, be it before or after the server had the command
   */
  exchange(command: Document, sequence: DocumentSequence | undefined): Promise<Document> {
    const requestId = (lastRequestId = (lastRequestId + 1) & 0x7fff_ffff);
    const message = encodeMessage(requestId, command, sequence);
    return new Promise((resolve, reject) => {
      if (this.#connection.closed || this.#awaited !== undefined) {
        reject(this.#connection.error ?? new MongoNetworkError("the connection is closed or busy"));
        return;
      }
      this.#awaited = { requestId, sentAtMs: performance.now(), resolve, reject };
      this.#connection.socket.write(message);
    });
  }

  /** Reports a command's error to the driver, so that it can update its view of the server. */
  tell(error: Parameters<DriverServer["handleError"]>[0]): void {
    this.#server.handleError(error, this.#connection);
  }

  /** Closes it when its command has had no answer for this long, in milliseconds. */
  closeIfSilent(maxMs: number): void {
    if (this.#awaited === undefined || performance.now() - this.#awaited.sentAtMs < maxMs) return;
    this.#connection.onError(new MongoNetworkTimeoutError(`no answer from ${this.address} for ${maxMs} ms`));
  }

  /** Gives it back to the driver, which closes it: its streams are no longer joined. */
  close(): void {
    this.#connection.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#neededBytes === 0) {
      if (this.#receivedBytes < 4) return;
      this.#neededBytes = this.#joined().readInt32LE(0);
      if (this.#neededBytes < 4 || this.#neededBytes > MESSAGE_MAX_BYTES) return this.#fail("an answer without length");
    }
    if (this.#receivedBytes < this.#neededBytes) return;
    if (this.#receivedBytes > this.#neededBytes) return this.#fail("more than one answer");
    const message = this.#joined();
    this.#chunks = [];
    this.#receivedBytes = 0;
    this.#neededBytes = 0;
    this.#answer(message);
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #answer(message: Buffer): void {
    const awaited = this.#awaited;
    try {
      const { answers, reply } = decodeMessage(message);
      if (awaited === undefined || answers !== awaited.requestId) return this.#fail("an answer that nobody awaits");
      this.#awaited = undefined;
      awaited.resolve(reply);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(reason: string): void {
    this.#connection.onError(new MongoNetworkError(`${this.address} sent ${reason}`));
  }

  #closed(): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    this.#chunks = [];
    const error = this.#connection.error ?? new MongoNetworkError(`connection to ${this.address} closed`);
    if (awaited !== undefined && error instanceof MongoNetworkError) this.tell(error);
    this.#server.pool.checkIn(this.#connection);
    awaited?.reject(error);
  }
}
