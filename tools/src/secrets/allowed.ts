/** Values that look like secrets and are none, each with its reason. Anything else takes a marker in its line. */
export const ALLOWED_VALUES: readonly { readonly value: string; readonly reason: string }[] = [
  { value: "hunter2", reason: "the textbook example of a password, for tests of what must not be printed" },
  { value: "changeme", reason: "a known default that services refuse to start with" },
  { value: "0123456789abcdef", reason: "counting, for tests that need any key of the right length" },
];

/** The marker that allows its own line and the line below: `secret-scan:`, then `allow`, then the reason in brackets. */
export const MARKER = /secret-scan:\s+allow\b(?:\s*\(([^)]*)\))?/;
