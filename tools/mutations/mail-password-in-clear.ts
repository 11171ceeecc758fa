import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "Whoever takes the offer of TLS out of a mail server's greeting reads the password of the mails and their tokens.",
  edits: [
    {
      file: "packages/user-service/src/mail/smtp-mailer.ts",
      find: 'requireTLS: !isTls && !isLocal && username !== ""',
      replace: "requireTLS: false",
    },
  ],
  test: { file: "packages/user-service/src/mail/smtp-mailer.test.ts", name: "no password goes out in clear" },
};
