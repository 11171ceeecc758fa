import { type ComposeService, type ComposeVariable, isDevelopmentFile } from "../model/compose.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Rule } from "../rule.ts";
import { isPlaceholder, looksSecret, secretNamesOf } from "./secrets.ts";

const USER_AND_PASSWORD = /^[a-z][a-z\d+.-]*:\/\/(?<user>[^\s:/@]*):(?<password>[^\s/@]+)@/i;
/** Passwords of the documentation of images, and words that say that one is not meant to be secret; longer ones first. */
const KNOWN_WORDS =
  /keyboard cat|localstack|development|production|wordpress|foobared|keycloak|p[a@]ssw[o0]rd|postgres|rabbitmq|default|elastic|example|grafana|mariadb|pgadmin|testing|sample|secret|secure|strong|string|random|unsafe|admin|change|dummy|guest|local|minio|mongo|mysql|redis|super|token|demo|fake|here|long|only|pass|root|some|test|this|user|very|your|and|app|bit|dev|for|jwt|key|not|pwd|the|use|db|do|in|it|me|my/g;
/** Up to so many characters without a letter are a known password, such as 123456. */
const FEW_DIGITS = 6;
const NAME_MIN_LENGTH = 3;

export const composeSecret: Rule = {
  id: "compose-secret",
  level: "warn",
  title: "Secrets are not written in compose.yaml",
  why: "Whoever can read the repository can read the secret, and it stays in the history. Well-known passwords such as postgres, and files such as compose.override.yaml or compose.dev.yaml, are ignored.",
  wrong: "environment: { DB_PASSWORD: hunter2 }",
  right: "environment: { DB_PASSWORD: '${DB_PASSWORD:?}' }      # DB_PASSWORD is in .env, which is not committed",
  *check(set) {
    const secretNames = secretNamesOf(set);
    for (const { path, services } of set.composeProjects.flatMap(({ files }) => files)) {
      if (isDevelopmentFile(path)) continue;
      for (const service of services) {
        for (const variable of service.environment) {
          const { name, text = "", cursor: at } = variable;
          if (!looksSecret(name, text, secretNames) || !isLiteral(text) || isThrowaway(variable, service, set))
            continue;
          const hint = "Write ${" + name + ":?} and set it in .env, or use secrets:.";
          yield { at, sentence: `${name} holds a secret in plain text.`, hint };
        }
      }
    }
  },
};

/** Whether the secret itself is in the file: of a connection string the rest may come from variables. */
function isLiteral(text: string): boolean {
  return !passwordOf(text).replaceAll("$$", "").includes("$");
}

function passwordOf(text: string): string {
  return USER_AND_PASSWORD.exec(text)?.groups?.["password"] ?? text;
}

/** Whether a password guards nothing: everybody knows it, or it is the name of its user. Those of our services do. */
function isThrowaway({ name, text = "" }: ComposeVariable, service: ComposeService, set: ResourceSet): boolean {
  const own = set.facts.services.find((facts) => facts.service === service.name);
  if (own?.variables.some((variable) => variable.secret && variable.name === name) === true) return false;
  const password = passwordOf(text);
  if (isPlaceholder(password)) return true;
  if (password.length > FEW_DIGITS && !/[a-z]/i.test(password)) return false;
  const values = service.environment.filter((other) => !looksSecret(other.name, other.text ?? "", new Set()));
  const user = USER_AND_PASSWORD.exec(text)?.groups?.["user"];
  const names = [user, service.name, ...name.split("_"), ...values.map((other) => other.text)];
  // What is the name of somebody who signs in, of a database, or of the secret itself is no secret either.
  const rest = names.reduce<string>(
    (left, each = "") => (each.length < NAME_MIN_LENGTH ? left : left.replaceAll(each.toLowerCase(), "-")),
    password.toLowerCase(),
  );
  return !/[a-z]/.test(rest.replaceAll(KNOWN_WORDS, "-"));
}
