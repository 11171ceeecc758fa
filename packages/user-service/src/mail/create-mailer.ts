import type { Clock } from "@pos/service-kit/clock";
import type { Logger } from "@pos/service-kit/logger";
import type { Config } from "../config.ts";
import { createFileMailer } from "./file-mailer.ts";
import type { Mailer } from "./mailer.ts";

/** The mailer that the configuration asks for: SMTP, else files, else none, which the log says. */
export async function createMailer(
  config: Config,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Mailer> {
  const { smtpUrl, mailDir, mailFrom: from } = config;
  if (smtpUrl !== undefined) {
    // Loaded by those alone who send: it is a good part of a start.
    const { createSmtpMailer } = await import("./smtp-mailer.ts");
    return createSmtpMailer({ url: smtpUrl, from, logger });
  }
  if (mailDir !== undefined) return createFileMailer({ directory: mailDir, from, clock, logger });
  logger.warn("no mail leaves this service: set SMTP_URL or MAIL_DIR");
  return {
    async send({ kind }) {
      logger.debug({ kind }, "mail dropped: neither SMTP_URL nor MAIL_DIR is set");
    },
    close() {
      // Nothing is open.
    },
  };
}
