import { silentLogger } from "@pos/testing/logger";
import { expect, test } from "bun:test";
import { smtpServer } from "../test/mailbox.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";

const mail = { kind: "password-changed", to: "ada@example.com", subject: "Subject", text: "Text" } as const;

test("an IPv6 address in SMTP_URL is connected to, not looked up as a name", async () => {
  const mailer = createSmtpMailer({ url: "smtp://[::1]:1", from: "shop@example.com", logger: silentLogger });
  const failure = await mailer.send(mail).catch(String);
  mailer.close();
  expect(failure).toBeString();
  expect(failure).not.toContain("ENOTFOUND");
});

test("no password goes out in clear, but to this machine: a server that offers no TLS gets no mail", async () => {
  const smtp = await smtpServer({ user: "shop", pass: "secret" });
  // The same server by a name that is not known for this machine's.
  const urls = [smtp.url, smtp.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")];
  const failures: unknown[] = [];
  for (const url of urls) {
    const mailer = createSmtpMailer({ url, from: "shop@example.com", logger: silentLogger });
    failures.push(await mailer.send(mail).catch(String));
    mailer.close();
  }
  expect(failures).toEqual([undefined, expect.stringContaining("STARTTLS")]);
  expect(await smtp.all()).toHaveLength(1);
  await smtp.close();
});
