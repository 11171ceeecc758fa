import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mailer } from "./mailer.ts";

/**
 * Writes each mail to a file of its own that only this user can read, for machines without a mail server. The log names
 * the file, never its content.
 */
export function createFileMailer(options: { directory: string; from: string; clock: Clock; logger: Logger }): Mailer {
  const { directory, from, clock, logger } = options;
  return {
    async send({ kind, to, subject, text }) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const date = new Date(clock.now());
      const name = `${date.toISOString().replaceAll(":", "-")}-${kind}-${crypto.randomUUID().slice(0, 8)}.eml`;
      const path = join(directory, name);
      const head = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Date: ${date.toUTCString()}`];
      try {
        await writeFile(path, `${head.join("\r\n")}\r\n\r\n${text}\n`, { mode: 0o600, flag: "wx" });
      } catch (error) {
        // The next attempt writes a file of its own.
        await rm(path, { force: true });
        throw error;
      }
      logger.info({ kind, path }, "mail written to a file");
    },
    close() {
      // Nothing is open between two mails.
    },
  };
}
