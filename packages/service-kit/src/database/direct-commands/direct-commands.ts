import { type Db, type Document, type MongoClient, MongoServerError, MongoWriteConcernError } from "mongodb";
import { isWorthRepeating } from "../errors.ts";
import { type Connections, connectionsOf } from "./connections.ts";
import { wantsEvents } from "./driver.ts";
import type { CommandRunner, RunOptions } from "./runner.ts";

export { bytesOf } from "./message.ts";

/**
 * Commands to the primary over the driver's own connections, without the driver's layers (ADR 0020). The driver finds
 * the primary, connects, authenticates and is told of every failure; only its work per command is skipped, which costs
 * three times as much as sending it. For the few commands that most requests consist of.
 */
export class DirectCommands implements CommandRunner {
  readonly #client: MongoClient;
  readonly #databaseName: string;
  readonly #connections: Connections;

  constructor({ client, databaseName }: Db) {
    this.#client = client;
    this.#databaseName = databaseName;
    this.#connections = connectionsOf(client);
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
      if (options.mayRepeat !== true || !isWorthRepeating(error)) throw error;
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

  /** Emits the driver's command events, for the listeners of the client. */
  #began(commandName: string, command: Document, address: string): Document {
    const event = { commandName, databaseName: command["$db"], requestId: nextEventId(), address };
    this.#client.emit("commandStarted", { ...event, command } as never);
    return event;
  }
}

let eventId = 0;
/** Negative, because the driver's own ids are positive. */
const nextEventId = (): number => --eventId;

function throwFailure(reply: Document): void {
  if (reply["ok"] !== 1) throw new MongoServerError(reply);
  if (reply["writeConcernError"] !== undefined) throw new MongoWriteConcernError(reply as never);
}
