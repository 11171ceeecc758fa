const secretName =
  /pass$|pass(word|phrase)|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|encryption[-_]?key|credential|^mongo_?uri$/i;
const credentialsInUri = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/@]+)@/gi;
const bearer = /\bBearer\s+[\w.~+/=-]+/gi;
const jwt = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const DEPTH_MAX = 12;
/** Field names are few and come with every line: what the pattern said of one is remembered, of so many at most. */
const NAMES_MAX = 1000;
const secretNames = new Map<string, boolean>();

/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/**
 * A copy of a value that is safe to log: fields whose name speaks of a secret are replaced whole, and credentials in
 * URIs, bearer tokens and JWTs inside any string are cut out. Cycles and depths beyond 12 are cut.
 */
export function redact(value: unknown): unknown {
  return redactAt(value, 0, new Set());
}

/** Cuts credentials, bearer tokens and JWTs out of a text. */
export function redactText(text: string): string {
  if (!text.includes("://") && !text.includes("eyJ") && !/bearer/i.test(text)) return text;
  return text.replace(credentialsInUri, `$1${REDACTED}@`).replace(bearer, `Bearer ${REDACTED}`).replace(jwt, REDACTED);
}

function redactAt(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value;
  if (depth >= DEPTH_MAX || above.has(value)) return "[cut]";
  above.add(value);
  const copy = value instanceof Error ? redactError(value, depth, above) : redactFields(value, depth, above);
  above.delete(value);
  return copy;
}

function redactFields(value: object, depth: number, above: Set<object>): unknown {
  if (Array.isArray(value)) return value.map((item) => redactAt(item, depth + 1, above));
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    copy[name] =
      isSecretName(name) && field !== undefined && field !== null ? REDACTED : redactAt(field, depth + 1, above);
  }
  return copy;
}

function isSecretName(name: string): boolean {
  let isSecret = secretNames.get(name);
  if (isSecret === undefined) {
    isSecret = secretName.test(name);
    if (secretNames.size < NAMES_MAX) secretNames.set(name, isSecret);
  }
  return isSecret;
}

function redactError(error: Error, depth: number, above: Set<object>): unknown {
  return {
    type: error.name,
    message: redactText(error.message),
    ...("code" in error ? { code: error.code } : {}),
    stack: redactText(error.stack ?? ""),
    ...(error.cause === undefined ? {} : { cause: redactAt(error.cause, depth + 1, above) }),
  };
}
