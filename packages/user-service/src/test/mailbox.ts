import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

/** A mail as it arrived. */
export interface Arrived {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The token within, if there is one. */
  readonly token: string | undefined;
}

export interface Mailbox {
  /** Waits for mails to an address, newest last. */
  waitFor(to: string, subject: RegExp, count?: number): Promise<Arrived[]>;
  all(): Promise<Arrived[]>;
  close(): Promise<void>;
}

const WAIT_MAX_MS = 20_000;

/** A folder that the service writes its mails to. */
export async function mailFolder(): Promise<Mailbox & { directory: string; modes(): Promise<number[]> }> {
  const parent = await mkdtemp(join(tmpdir(), "mail-"));
  const directory = join(parent, "mail");
  const paths = async () => (await readdir(directory).catch(() => [])).sort().map((name) => join(directory, name));
  const all = async () => Promise.all((await paths()).map(async (path) => parse(await readFile(path, "utf8"))));
  return {
    directory,
    all,
    waitFor: waiter(all),
    modes: async () =>
      Promise.all([directory, ...(await paths())].map(async (path) => (await stat(path)).mode & 0o777)),
    close: () => rm(parent, { recursive: true }),
  };
}

interface SmtpBehaviour {
  refuseFirst?: number;
  unknown?: string;
  busy?: string;
  opens?: Promise<void>;
}

/**
 * A real SMTP server on a free port that asks for a sign-in.
 * @param options `refuseFirst`: mails that it takes later only; `unknown`: an address that it never takes mails to;
 * `busy`: one that it asks to try again, for ever; `opens`: what it lets every mail wait for
 */
export async function smtpServer(
  credentials: { user: string; pass: string },
  { refuseFirst = 0, unknown, busy, opens }: SmtpBehaviour = {},
): Promise<Mailbox & { url: string }> {
  const arrived: Arrived[] = [];
  let refusals = refuseFirst;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      const isRight = username === credentials.user && password === credentials.pass;
      done(isRight ? null : new Error("wrong"), isRight ? { user: username } : undefined);
    },
    async onMailFrom(_address, _session, done) {
      await opens;
      done(refusals-- > 0 ? Object.assign(new Error("come again"), { responseCode: 451 }) : null);
    },
    onRcptTo({ address }, _session, done) {
      if (address === unknown)
        done(Object.assign(new Error(`<${address.toLowerCase()}>: no such mailbox`), { responseCode: 550 }));
      else done(address === busy ? Object.assign(new Error(`<${address}>: try again`), { responseCode: 450 }) : null);
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        arrived.push(parse(Buffer.concat(chunks).toString("utf8")));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const all = async () => [...arrived];
  return {
    url: `smtp://${credentials.user}:${encodeURIComponent(credentials.pass)}@127.0.0.1:${port}`,
    all,
    waitFor: waiter(all),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function waiter(all: () => Promise<Arrived[]>): Mailbox["waitFor"] {
  return async (to, subject, count = 1) => {
    for (const until = Date.now() + WAIT_MAX_MS; Date.now() < until; await Bun.sleep(10)) {
      const found = (await all()).filter((mail) => mail.to === to && subject.test(mail.subject));
      if (found.length >= count) return found;
    }
    throw new Error(`no mail to ${to} about ${subject}`);
  };
}

function parse(mail: string): Arrived {
  const [head = "", ...body] = mail.split("\r\n\r\n");
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.replaceAll(/[<>]/g, "") ?? "";
  const encoded = body.join("\r\n\r\n");
  const text = /quoted-printable/i.test(head)
    ? encoded
        .replaceAll(/=\r\n/g, "")
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : encoded;
  return { to: field("To"), subject: field("Subject"), text, token: /^ {2}([\w-]{43})$/m.exec(text)?.[1] };
}
