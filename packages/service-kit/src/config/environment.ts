import { redactText } from "../logging/redact.ts";

/** One environment variable a service reads: name, sentence, and how its text becomes a value. */
export interface Variable<Value> {
  readonly name: string;
  readonly describe: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly fallback: Value | undefined;
  /** @throws Error with a sentence that says what the text should be */
  parse(text: string, mode: Mode): Value;
}

/** `production` refuses what is convenient for a first try: short secrets and known defaults. */
export type Mode = "development" | "production";
/** All variables of one service, by the name of the configuration's field. */
export type EnvironmentSchema = Readonly<Record<string, Variable<unknown>>>;
/** The typed configuration that a schema reads. */
export type Configuration<Schema extends EnvironmentSchema> = {
  readonly [Field in keyof Schema]: Schema[Field] extends Variable<infer Value> ? Value : never;
};

/** Raised when the environment does not make a configuration: one sentence per problem. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * Reads the environment once into a frozen, typed object. An empty text counts as absent.
 * @throws {ConfigurationError} with every problem, not the first only
 */
export function readEnvironment<Schema extends EnvironmentSchema>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration<Schema> {
  const mode: Mode = environment["NODE_ENV"] === "production" ? "production" : "development";
  const problems: string[] = [];
  const entries = Object.entries(schema).map(([field, variable]) => {
    const text = environment[variable.name];
    if (text === undefined || text === "") {
      if (variable.required) problems.push(`${variable.name} is required: ${variable.describe}.`);
      return [field, variable.fallback];
    }
    try {
      return [field, variable.parse(text, mode)];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // A URL that is refused may be so for its password, and then nobody can tell where that ends.
      const isSecret = variable.secret || /:\/\/.*@/.test(text);
      problems.push(`${variable.name} ${isSecret ? reason : `${reason}, not "${redactText(text)}"`}.`);
      return [field, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(Object.fromEntries(entries)) as Configuration<Schema>;
}

interface Common {
  describe: string;
  secret?: boolean;
}

function variable<Value>(
  name: string,
  options: Common & { fallback?: Value; required?: boolean },
  parse: Variable<Value>["parse"],
): Variable<Value> {
  return {
    name,
    describe: options.describe,
    required: options.required ?? false,
    secret: options.secret ?? false,
    fallback: options.fallback,
    parse,
  };
}

/** A variable without which the service does not start. */
export function required<Value>(of: Variable<Value | undefined>): Variable<Value> {
  return { ...of, required: true, fallback: undefined } as Variable<Value>;
}

/** A text that may be absent. */
export const text = (name: string, options: Common): Variable<string | undefined> =>
  variable<string | undefined>(name, options, (value) => value);

/** A text with a default. */
export const textOr = (name: string, fallback: string, options: Common): Variable<string> =>
  variable(name, { ...options, fallback }, (value) => value);

/** A whole number within bounds, with a default. */
export const integer = (
  name: string,
  fallback: number,
  options: Common & { minimum: number; maximum: number },
): Variable<number> =>
  variable(name, { ...options, fallback }, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < options.minimum || number > options.maximum) {
      throw new Error(`must be a whole number from ${options.minimum} to ${options.maximum}`);
    }
    return number;
  });

/** One word of a list, with a default. */
export const oneOf = <const Word extends string>(
  name: string,
  fallback: Word,
  options: Common & { words: readonly Word[] },
): Variable<Word> =>
  variable<Word>(name, { ...options, fallback }, (value) => {
    const word = options.words.find((candidate) => candidate === value);
    if (word === undefined) throw new Error(`must be one of ${options.words.join(", ")}`);
    return word;
  });

/** An http or https address without a trailing slash; may be absent. */
export const httpUrl = (name: string, options: Common): Variable<string | undefined> =>
  variable<string | undefined>(name, options, (value) => {
    const url = URL.parse(value);
    if (!url || !["http:", "https:"].includes(url.protocol)) throw new Error("must be an http or https URL");
    return value.replace(/\/+$/, "");
  });

/** An address to listen on. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** An address to listen on, `host:port` or `[v6]:port`; may be absent. Port 0 takes a free one. */
export const hostPort = (name: string, options: Common): Variable<HostPort | undefined> =>
  variable<HostPort | undefined>(name, options, (value) => {
    const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^\s:]+):(\d{1,5})$/.exec(value) ?? [];
    if (host === undefined || Number(port) > 65_535) throw new Error("must be host:port, such as 127.0.0.1:9464");
    return { host: host.replaceAll(/[[\]]/g, ""), port: Number(port) };
  });

/** Origins separated by commas, each as browsers write it in `Origin`: any other spelling would match nothing. */
export const origins = (name: string, options: Common): Variable<readonly string[]> =>
  variable<readonly string[]>(name, { ...options, fallback: [] }, (value) => {
    const words = value
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
    if (words.every(isOrigin)) return words;
    throw new Error("must hold origins such as https://shop.example.com, without a path, separated by commas");
  });

function isOrigin(word: string): boolean {
  const url = URL.parse(word);
  // `url.origin` is "null" for the scheme of an app on a phone.
  return url !== null && word === `${url.protocol}//${url.host}`;
}

const knownDefaults =
  /^(change[-_ ]?me.*|replace[-_ ]?me.*|placeholder.*|secret|password|admin|default|test|example|<.*>)$/i;

/** A secret: in production at least `minLength` characters and no known default. */
export const secret = (name: string, options: Common & { minLength: number }): Variable<string | undefined> =>
  variable<string | undefined>(name, { ...options, secret: true }, (value, mode) => {
    if (mode === "production" && knownDefaults.test(value))
      throw new Error("is a known default: make a secret of your own");
    if (mode === "production" && value.length < options.minLength) {
      throw new Error(`must have at least ${options.minLength} characters in production`);
    }
    return value;
  });

const placeholderInUri =
  /:\/\/[^@/:]*:((change|replace)[-_]?me[^@]*|placeholder[^@]*|password[^@]*|<[^@]*>[^@]*|secret|admin|default|test|example|)@/i;

/** @throws Error in production, when a connection string has a password that is empty or a known default */
export function refusePlaceholderIn(uri: string, mode: Mode): void {
  if (mode === "production" && placeholderInUri.test(uri))
    throw new Error("holds a placeholder or nothing as its password: make a secret of your own");
}

/** The MongoDB connection string: required by every service. */
export const mongoUri = (): Variable<string> =>
  required(
    variable<string | undefined>(
      "MONGO_URI",
      { describe: "connection string of this service's own database (a replica set)", secret: true },
      (value, mode) => {
        if (!/^mongodb(\+srv)?:\/\/[^\s/]+/.test(value))
          throw new Error("must begin with mongodb:// or mongodb+srv://");
        // The driver would take the database "test", and so would the two other services.
        if (!/^[^/]+\/\/[^/]+\/[^?]/.test(value)) throw new Error("must name a database after its hosts");
        refusePlaceholderIn(value, mode);
        return value;
      },
    ),
  );
