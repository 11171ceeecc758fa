import { silentLogger } from "@pos/testing/logger";
import { expect, test } from "bun:test";
import { createSmtpMailer } from "./smtp-mailer.ts";

test("an IPv6 address in SMTP_URL is connected to, not looked up as a name", async () => {
  const mailer = createSmtpMailer({ url: "smtp://[::1]:1", from: "shop@example.com", logger: silentLogger });
  const mail = { kind: "password-changed", to: "ada@example.com", subject: "Subject", text: "Text" } as const;
  const failure = await mailer.send(mail).catch(String);
  mailer.close();
  expect(failure).toBeString();
  expect(failure).not.toContain("ENOTFOUND");
});
