export interface SecretMatch {
  /** Index of the first character of the secret. */
  readonly index: number;
  readonly value: string;
  readonly rule: string;
}

const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g;
/** Short ones too: the preset passes over a key of an elliptic curve by itself, as `openssl ecparam -genkey` writes it. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\[nr])+([\w+/=]{40,})/g;
/** Any scheme: the preset knows some, and leaves out hosts that it takes for private. */
const URI_CREDENTIALS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`<>{}$]*:([^\s/@"'`<>{}$]{3,})@/g;
const NAME =
  /[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|encryption[_-]?key|access[_-]?key|credentials?)\w*/
    .source;
const QUOTED_ASSIGNMENT = new RegExp(`${NAME}["'\`]?\\s*[:=]\\s*(["'\`])([^"'\`\\s]{12,})\\1`, "gid");
const BARE_ASSIGNMENT = new RegExp(`${NAME}\\s*[:=]\\s*([\\w+/=.-]{12,})`, "gid");
/** In code a bare word after `=` is a variable; in these files it is a value. */
const FILES_WITH_BARE_VALUES =
  /(?:^|\/)(?:\.env[^/]*|Dockerfile[^/]*|[^/]+\.(?:ya?ml|sh|md|toml|ini|conf|properties|txt))$/;
/** What examples of addresses write where a password goes. */
const PLACEHOLDER = /^(?:pass|password|passwort|secret|pwd|x+|\*+|\.+|…)$/i;
const MIN_ENTROPY_BITS = 3.3;

/** What the preset of secretlint does not look for: short private keys, tokens, credentials in other URIs, random values with a telling name. */
export function matchSecrets(path: string, text: string): SecretMatch[] {
  const matches = [
    ...[...text.matchAll(JSON_WEB_TOKEN)].map(({ index, 0: value }) => ({ index, value, rule: "json-web-token" })),
    ...[...text.matchAll(PRIVATE_KEY)].map(({ index, 1: value = "" }) => ({ index, value, rule: "private-key" })),
    ...[...text.matchAll(URI_CREDENTIALS)]
      .map(({ index, 1: value = "" }) => ({ index, value, rule: "uri-credentials" }))
      .filter(({ value }) => !PLACEHOLDER.test(value)),
  ];
  const assignments = [QUOTED_ASSIGNMENT, ...(FILES_WITH_BARE_VALUES.test(path) ? [BARE_ASSIGNMENT] : [])];
  const assigned = assignments.flatMap((pattern) => [...text.matchAll(pattern)].map(toAssignment));
  return [...matches, ...assigned.filter(({ value }) => looksRandom(value))];
}

/**
 * Whether a value looks made by a machine: letters and digits mixed inside one part, and at least 3.3 bits of
 * Shannon entropy a character. `correct-horse-42` is words and a number; `f8Zq1Kx02LmP` is neither.
 */
export function looksRandom(value: string): boolean {
  const parts = value.split(/[-_.:/+=]+/);
  const isMixed = parts.some(
    (part) => part.length >= 8 && /[a-z]/i.test(part) && /\d\D+\d|\d\D*[A-Z]|[a-f]\d[a-f\d]/.test(part),
  );
  return isMixed && entropyBits(value) >= MIN_ENTROPY_BITS;
}

function toAssignment(match: RegExpExecArray): SecretMatch {
  const value = match.at(-1) ?? "";
  return { index: match.indices?.at(-1)?.[0] ?? match.index, value, rule: "assigned-secret" };
}

/** Shannon entropy in bits per character. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0);
}
