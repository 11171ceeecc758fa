import { type Document, UUID } from "mongodb";
import type { CommandRunner, RunOptions } from "./runner.ts";

/**
 * Transactions of one logical session (snapshot, majority), one after the other. The next one ends one that was left
 * open, and others can end it by the session's id when this process dies.
 */
export class DirectSession implements CommandRunner {
  readonly #commands: CommandRunner;
  readonly #id = new UUID();
  #number = 0n;
  #state: "none" | "begun" | "open" | "committing" = "none";

  constructor(commands: CommandRunner) {
    this.#commands = commands;
  }

  /** The session's id, a UUID. */
  get id(): string {
    return this.#id.toHexString();
  }

  /** Begins a transaction with the next command. */
  begin(): void {
    this.#number++;
    this.#state = "begun";
  }

  /** Runs a command within the transaction; it is sent once, whatever becomes of it. */
  async run(command: Document, options: RunOptions = {}): Promise<Document> {
    if (this.#state !== "begun" && this.#state !== "open") throw new Error("no transaction has begun");
    const first = this.#state === "begun" ? { readConcern: { level: "snapshot" }, startTransaction: true } : {};
    this.#state = "open";
    return this.#commands.run({ ...command, ...first, ...this.#fields() }, { ...options, mayRepeat: false });
  }

  /** Commits; may be called again while it is unknown whether the commit happened. */
  async commit(): Promise<void> {
    if (this.#state === "begun") this.#state = "none";
    if (this.#state === "none") return;
    this.#state = "committing";
    await this.#end("commitTransaction");
    this.#state = "none";
  }

  /** Aborts, unless a commit was tried. */
  async abort(): Promise<void> {
    const isOpen = this.#state === "open";
    this.#state = "none";
    if (isOpen) await this.#end("abortTransaction");
  }

  async #end(name: "commitTransaction" | "abortTransaction"): Promise<void> {
    const command = { [name]: 1, ...this.#fields(), writeConcern: { w: "majority", j: true } };
    await this.#commands.run(command, { database: "admin" });
  }

  #fields(): Document {
    return { lsid: { id: this.#id }, txnNumber: this.#number, autocommit: false };
  }
}
