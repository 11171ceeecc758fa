import type { Logger } from "@pos/service-kit/logger";
import { createTransport } from "nodemailer";
import type { Mailer } from "./mailer.ts";

const CONNECT_MAX_MS = 5000;
const SOCKET_MAX_MS = 15_000;
const CONNECTIONS_MAX = 2;
const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;

/**
 * Hands mails to an SMTP server. `smtps://` is TLS from the first byte; `smtp://` turns to TLS when the server offers
 * it, and with credentials insists on it unless the server is on this machine. A mail that the server refuses for good
 * has no other attempt, so that the next one does not wait.
 */
export function createSmtpMailer(options: { url: string; from: string; logger: Logger }): Mailer {
  const { protocol, hostname, port, username, password } = new URL(options.url);
  const isTls = protocol === "smtps:";
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    // A URL writes IPv6 in brackets, which no connection takes.
    host: hostname.replaceAll(/[[\]]/g, ""),
    port: port === "" ? (isTls ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(port),
    secure: isTls,
    requireTLS: !isTls && !isLocal && username !== "",
    ...(username === "" ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: CONNECT_MAX_MS,
    greetingTimeout: CONNECT_MAX_MS,
    socketTimeout: SOCKET_MAX_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ kind, to, subject, text }) {
      // As an object: a text would be parsed, and an address may hold what looks like two.
      try {
        await transport.sendMail({ from: options.from, to: { name: "", address: to }, subject, text });
      } catch (error) {
        leaveOut(to, error);
        if (!isForGood(error)) throw error;
        options.logger.error({ err: error, kind }, "a mail was refused");
        return;
      }
      options.logger.info({ kind }, "mail sent");
    },
    close: () => transport.close(),
  };
}

/** Servers repeat the recipient's address in what they say, and what they say is logged. */
function leaveOut(address: string, error: unknown): void {
  if (!(error instanceof Error)) return;
  const anyCase = new RegExp(RegExp.escape(address), "gi");
  error.message = error.message.replace(anyCase, "recipient");
  error.stack = error.stack?.replace(anyCase, "recipient") ?? "";
}

/** A reply of 5yz to the mail itself comes again however often it is sent (RFC 5321 section 4.2.1). */
function isForGood(error: unknown): boolean {
  if (!(error instanceof Error && "code" in error && "responseCode" in error)) return false;
  return (error.code === "EENVELOPE" || error.code === "EMESSAGE") && Number(error.responseCode) >= 500;
}
