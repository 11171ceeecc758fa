import { basename } from "node:path";
import { variablesOf } from "../model/environment.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import type { Rule } from "../rule.ts";
import { containersOf, titleOf, variablesOfContainers } from "./iterate.ts";
import { isInPages } from "./variable-names.ts";

/** Words anywhere after that of a secret which make the variable a setting of it, or say where it is. */
const SETTINGS =
  "ADDRESS|ALG|AUDIENCE|BACKEND|CHARS|CLAIM|COOKIE|COUNT|DAYS|DIR|DURATION|ENABLED|ENDPOINT|ENGINE|EXPIR|FIELD|FILE|FORMAT|HASHER|HEADER|HOST|HOURS|INTERVAL|ISSUER|KEY_ID|LENGTH|LIFETIME|LIMIT|LOCATION|MANAGER|MAX|MIN|MODE|MOUNT|NAME|PATH|PATTERN|POLICY|PREFIX|PROVIDER|REGEX|REGION|REQUIRED|ROTATION|ROUNDS|SCOPE|SECONDS|SIZE|STORE|STRATEGY|SUFFIX|SYMBOL|TIMEOUT|TTL|TYPE|URL|VALID|VERSION";
const SECRET_NAME = new RegExp(
  `(?:^|_)(?:PASS(?=$)|PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|ACCESS_KEY|(?:API|ENCRYPTION|MASTER|PRIVATE|SIGNING)_KEY(?!_ID$)|CREDENTIALS?)(?:$|_(?!(?:\\w+_)?(?:${SETTINGS})))`,
  "i",
);
const URL_PASSWORD = /^[a-z][a-z\d+.-]*:\/\/[^\s:/@]*:(?!\$[({])[^\s/@]+@/i;
/** `$(NAME)` is another variable, `${NAME}` and `{{ NAME }}` what a program puts in before the manifests are applied. */
const REFERENCE = /^(?:\$\([^)]*\)|\$\{[^}]*\}|\{\{[^}]*\}\})$/;
/** `/etc/tls/tls.key`: with one part alone it may be a password that begins with a slash. */
const FILE_PATH = /^\.{0,2}(?:\/[\w.-]+){2,}$/;
/** Values of switches such as ALLOW_EMPTY_PASSWORD. */
const SWITCH = /^(?:true|false|yes|no|on|off|0|1)$/i;
const PLACEHOLDER = /^(?:change[-_ ]?me.*|replace[-_ ]?me.*|placeholder.*|todo|xxx+|<[^>]*>)$/i;
const PLACEHOLDER_PASSWORD = /:\/\/[^\s:/@]*:(?:change[-_]?me|replace[-_]?me|placeholder|<[^>@]*>)[^@/]*@/i;

const plainSecret: Rule = {
  id: "plain-secret",
  level: "error",
  title: "Secrets are kept in Secret resources",
  why: "Everyone who may read the Deployment or ConfigMap can read the secret, and it stays in the history of the repository.",
  wrong: "env: [{ name: DB_PASSWORD, value: hunter2 }]",
  right: "env: [{ name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: web-secret, key: DB_PASSWORD } } }]",
  *check(set) {
    const secretNames = secretNamesOf(set);
    for (const container of containersOf(set)) {
      for (const entry of container.cursor.items("env")) {
        const name = entry.get("name").text ?? "";
        const value = entry.get("value").text ?? "";
        if (looksSecret(name, value, secretNames)) {
          const sentence = `${name} holds a secret in plain text.`;
          yield { at: entry.get("value"), sentence, hint: "Move it to a Secret and reference it with secretKeyRef." };
        }
      }
    }
    for (const resource of set.ofKind("ConfigMap")) {
      for (const { name, cursor } of resource.root.fields("data")) {
        if (!looksSecret(name, cursor.text ?? "", secretNames)) continue;
        yield { at: cursor, sentence: `${resource.title} holds the secret ${name}.`, hint: "Move it to a Secret." };
      }
    }
  },
};

/** The variables of our services that hold secrets. */
export function secretNamesOf({ facts }: ResourceSet): ReadonlySet<string> {
  const variables = facts.services.flatMap((service) => service.variables);
  return new Set(variables.filter(({ secret }) => secret).map(({ name }) => name));
}

/** Whether a value is a secret by its variable's name, or as a connection string with a password. */
export function looksSecret(name: string, value: string, secretNames: ReadonlySet<string>): boolean {
  if (value === "" || SWITCH.test(value) || REFERENCE.test(value)) return false;
  if (URL_PASSWORD.test(value)) return true;
  // A connection string without a password is no secret, though its variable may hold one; nor is a resource's name.
  if (/^(?:[a-z][a-z\d+.-]*:\/\/|arn:)/i.test(value) || FILE_PATH.test(value) || isInPages(name)) return false;
  return SECRET_NAME.test(name) || secretNames.has(name);
}

const placeholder: Rule = {
  id: "secret-placeholder",
  level: "error",
  title: "Secrets hold real values",
  why: "A placeholder that reaches the cluster is a password that everyone knows; services in production mode refuse to start with it. Files named *.example.yaml may hold placeholders.",
  wrong: "kind: Secret\nstringData: { DB_PASSWORD: change-me }",
  right: "kind: Secret\nstringData: { DB_PASSWORD: … }      # made by `ordersctl k8s secrets`",
  *check(set) {
    for (const secret of set.ofKind("Secret")) {
      for (const { name, value = "", at } of variablesOf(secret, "")) {
        if (!isPlaceholder(value) || at.document.files().some(isExample)) continue;
        yield { at, sentence: `${secret.title} has a placeholder as its ${name}.` };
      }
    }
  },
};

/** Whether a value only marks the place of a secret. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || PLACEHOLDER_PASSWORD.test(text);
}

function isExample(file: string): boolean {
  return /\.example\.ya?ml$/.test(basename(file));
}

const lineEnd: Rule = {
  id: "secret-line-end",
  level: "warn",
  title: "Passwords do not end with a line break",
  why: "`echo hunter2 | base64` also encodes the line break: the container gets a password with one more character, and every sign-in fails.",
  wrong: "data: { DB_PASSWORD: aHVudGVyMgo= }      # echo hunter2 | base64",
  right: "data: { DB_PASSWORD: aHVudGVyMg== }      # printf %s hunter2 | base64",
  *check(set) {
    for (const { container, variable } of variablesOfContainers(set)) {
      const { name, value, origin, at } = variable;
      if (origin !== "Secret" || value === undefined || !/^[^\n]+\n$/.test(value)) continue;
      yield { at, sentence: `The value of ${name} for ${titleOf(container)} ends with a line break.` };
    }
  },
};

/** Keys that a type of Secret asks for; of those in one list one is enough. Source: the documentation of Kubernetes. */
const TYPE_KEYS: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ["kubernetes.io/basic-auth", [["username", "password"]]],
  ["kubernetes.io/dockercfg", [[".dockercfg"]]],
  ["kubernetes.io/dockerconfigjson", [[".dockerconfigjson"]]],
  ["kubernetes.io/ssh-auth", [["ssh-privatekey"]]],
  ["kubernetes.io/tls", [["tls.crt"], ["tls.key"]]],
]);

const typeKeys: Rule = {
  id: "secret-type-keys",
  level: "error",
  title: "A Secret has the keys of its type",
  why: "The API server rejects it: kubernetes.io/tls needs tls.crt and tls.key, kubernetes.io/dockerconfigjson needs .dockerconfigjson.",
  wrong: "type: kubernetes.io/tls\nstringData: { cert.pem: …, key.pem: … }",
  right: "type: kubernetes.io/tls\nstringData: { tls.crt: …, tls.key: … }",
  *check(set) {
    for (const { root, title } of set.ofKind("Secret")) {
      const type = root.get("type");
      const names = ["data", "stringData"].flatMap((field) => root.fieldNames(field));
      for (const wanted of TYPE_KEYS.get(type.text ?? "") ?? []) {
        if (wanted.some((name) => names.includes(name))) continue;
        yield { at: type, sentence: `${title} has type ${type.text} but no ${wanted.join(" or ")}.` };
      }
    }
  },
};

export const secretRules: readonly Rule[] = [plainSecret, placeholder, lineEnd, typeKeys];
