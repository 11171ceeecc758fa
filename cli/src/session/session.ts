import type { Client } from "@pos/client";
import { CliError } from "../errors.ts";
import { isObject, type JsonObject, textField } from "../files.ts";
import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import { type Credentials, credentialsPath, readCredentials, type Urls, writeCredentials } from "./config-files.ts";
import type { Settings } from "./settings.ts";
import { tracingFetch } from "./trace.ts";

/** An access token is renewed when it ends within this time, in milliseconds. */
const RENEW_BEFORE_MS = 30_000;

interface SessionTools {
  io: Io;
  talk: Talk;
  settings: Settings;
  timeoutMs: number;
  isDebug: boolean;
  profileFault?: CliError | undefined;
}

/** As whom and where commands call the services. */
export class Session {
  readonly profile: string;
  readonly #urls: Urls;
  readonly #io: Io;
  readonly #talk: Talk;
  readonly #options: { timeoutMs: number; isDebug: boolean };
  /** A profile that stands on this command line alone is named: the password is of the service that it leads to. */
  readonly #loginAgain: string;
  #profileFault: CliError | undefined;
  #client: Client | undefined;
  /** Of a sign-in for other addresses: it is looked up for every request. */
  #isWarned = false;
  /** By the token that ends. */
  readonly #renewals = new Map<string, Promise<Credentials>>();

  constructor(tools: SessionTools) {
    const { io, talk, settings, timeoutMs, isDebug } = tools;
    this.#io = io;
    this.#talk = talk;
    this.#options = { timeoutMs, isDebug };
    this.profile = settings.profile.value;
    const isFlag = settings.profile.origin.startsWith("flag");
    this.#loginAgain = isFlag ? `ordersctl login --profile ${this.profile}` : "ordersctl login";
    this.#profileFault = tools.profileFault;
    this.#urls = {
      userUrl: settings.userUrl.value,
      productUrl: settings.productUrl.value,
      orderUrl: settings.orderUrl.value,
    };
  }

  /** Where requests go. @throws {CliError} USAGE for a profile that is none */
  get urls(): Urls {
    if (this.#profileFault !== undefined) throw this.#profileFault;
    return this.#urls;
  }

  /** The typed client, signed in where there is a sign-in, else as nobody. */
  async client(): Promise<Client> {
    const { createClient } = await import("@pos/client");
    const { timeoutMs } = this.#options;
    this.#client ??= createClient({ ...this.urls, timeoutMs, fetch: this.renewingFetch, token: () => this.token() });
    return this.#client;
  }

  /** Repeats what was refused for its token once with a new one: `keys rotate --revoke` ends tokens before their time. */
  get renewingFetch(): typeof fetch {
    const send = async (input: Request | URL | string, init?: RequestInit) => {
      const request = new Request(input as Request, init);
      const again = request.clone() as Request;
      const response = await this.fetch(request);
      if (response.status !== 401 || !(await isOfToken(response.clone()))) return response;
      const token = await this.#tokenAfter(request.headers.get("authorization")?.replace("Bearer ", ""));
      if (token === undefined) return response;
      again.headers.set("authorization", `Bearer ${token}`);
      return this.fetch(again);
    };
    return Object.assign(send, { preconnect: fetch.preconnect });
  }

  /** The token after one that was refused. */
  async #tokenAfter(refused: string | undefined): Promise<string | undefined> {
    if (this.#io.env["ORDERSCTL_TOKEN"]) return undefined;
    const credentials = await this.credentials();
    if (credentials?.refreshToken === undefined || refused === undefined) return undefined;
    if (credentials.token !== refused) return credentials.token;
    return (await this.#renew(credentials)).token;
  }

  /** A client with another token, or none. */
  async clientWith(token?: () => Promise<string | undefined> | string | undefined): Promise<Client> {
    const { createClient } = await import("@pos/client");
    const { timeoutMs } = this.#options;
    return createClient({ ...this.urls, timeoutMs, fetch: this.fetch, ...(token === undefined ? {} : { token }) });
  }

  /** What sends requests: it traces them with --debug. */
  get fetch(): typeof fetch {
    return this.#options.isDebug ? tracingFetch(this.#talk, () => this.#io.now()) : fetch;
  }

  /** What to type to sign in; undefined with a token of the environment, which no sign-in takes the place of. */
  get login(): string | undefined {
    return this.#io.env["ORDERSCTL_TOKEN"]?.trim() ? undefined : this.#loginAgain;
  }

  /** The access token, renewed without asking when it is about to end; undefined for nobody. */
  async token(): Promise<string | undefined> {
    const given = this.#given();
    if (given !== undefined) return given;
    const credentials = await this.credentials();
    if (credentials === undefined) return undefined;
    if (credentials.expiresAtMs - this.#io.now() > RENEW_BEFORE_MS) return credentials.token;
    return (await this.#renew(credentials)).token;
  }

  /** The token of the environment. @throws {CliError} SIGN_IN for a text that is none, and that no header may hold */
  #given(): string | undefined {
    const given = this.#io.env["ORDERSCTL_TOKEN"]?.trim();
    if (!given) return undefined;
    if (/^[\x21-\x7e]+$/.test(given) && textField(claimsOf(given), "sub") !== undefined) return given;
    throw new CliError("ORDERSCTL_TOKEN is not an access token.", {
      exit: "SIGN_IN",
      tries: ["unset ORDERSCTL_TOKEN"],
    });
  }

  /** The stored sign-in of the profile, if it belongs to the addresses in use: a token is sent nowhere else. */
  async credentials(): Promise<Credentials | undefined> {
    const all = await readCredentials(this.#io.env);
    const found = Object.hasOwn(all, this.profile) ? all[this.profile] : undefined;
    if (found === undefined) return undefined;
    const differs = (["userUrl", "productUrl", "orderUrl"] as const).find((name) => found[name] !== this.urls[name]);
    if (differs === undefined) return found;
    if (this.#isWarned) return undefined;
    this.#isWarned = true;
    this.#talk.warn(
      `the sign-in of profile ${this.profile} is for ${found[differs]}, not ${this.urls[differs]}: continuing without signing in`,
    );
    return undefined;
  }

  /**
   * The id of the signed-in user.
   * @throws {CliError} SIGN_IN; USAGE for a profile that is none
   */
  async userId(): Promise<string> {
    const given = this.#given();
    const userId = given !== undefined ? textField(claimsOf(given), "sub") : (await this.credentials())?.userId;
    if (userId !== undefined) return userId;
    if (this.#profileFault !== undefined) throw this.#profileFault;
    throw new CliError(`You are not signed in (profile ${this.profile}).`, {
      exit: "SIGN_IN",
      tries: [this.#loginAgain, "ordersctl up   (starts a stack and signs you in)"],
    });
  }

  /** Whether the token says that its holder is an administrator; the services decide. */
  async isAdmin(): Promise<boolean> {
    const token = await this.token();
    return token !== undefined && claimsOf(token)["role"] === "admin";
  }

  /** Signs in and keeps the sign-in of this profile, which is known from then on. */
  async signIn(email: string, password: string): Promise<Credentials> {
    this.#profileFault = undefined;
    const client = await this.clientWith();
    const result = await client.auth.login({ email, password });
    return this.#keep(email, result);
  }

  async forget(): Promise<void> {
    await writeCredentials(this.#io.env, this.profile, undefined);
    this.#client = undefined;
  }

  /** Once for all requests that have the same token: a refresh token is good for one. What failed is tried again. */
  #renew(credentials: Credentials): Promise<Credentials> {
    const { token } = credentials;
    const renewal = this.#renewals.get(token) ?? this.#refresh(credentials);
    this.#renewals.set(token, renewal);
    renewal.catch(() => this.#renewals.delete(token));
    return renewal;
  }

  async #refresh(credentials: Credentials): Promise<Credentials> {
    const { refreshToken, email } = credentials;
    if (refreshToken === undefined) return credentials;
    const { ApiError } = await import("@pos/client/errors");
    const client = await this.clientWith();
    try {
      return await this.#keep(email, await client.auth.refresh(refreshToken));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw new CliError(`The sign-in of ${email} has expired.`, {
        exit: "SIGN_IN",
        why: [`It is stored in ${credentialsPath(this.#io.env)}, profile ${this.profile}.`],
        tries: [`${this.#loginAgain} --email ${email}`],
        cause: error,
      });
    }
  }

  async #keep(
    email: string,
    result: { token: string; userId: string; expiresIn: number; refreshToken?: string },
  ): Promise<Credentials> {
    const { token, userId, expiresIn, refreshToken } = result;
    const kept: Credentials = {
      ...this.urls,
      email,
      userId,
      token,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      expiresAtMs: this.#io.now() + expiresIn * 1000,
    };
    await writeCredentials(this.#io.env, this.profile, kept);
    return kept;
  }
}

/** Whether a 401 is about the token; a wrong password is one as well. */
async function isOfToken(response: { text(): Promise<string> }): Promise<boolean> {
  return (await response.text()).includes('"UNAUTHORIZED"');
}

/** What a token says, without any check: the services check it. */
function claimsOf(token: string): JsonObject {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}
