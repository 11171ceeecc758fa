/** Lines of the counted files that tests must run, in percent. */
export const MIN_PERCENT = 90;

/** What counts: the product. Tests, tools, the bench and the helpers of tests are not part of it. */
const COUNTED = /^(?:packages\/(?!(?:testing|command-options)\/)[^/]+|cli)\/src\/.+\.ts$/;
const TESTS = /\.test\.ts$|\.d\.ts$|(?:^|\/)test\//;

/** Entries that only tie the parts together and run in a process of their own, where coverage cannot see them. */
export const EXCLUDED_ENTRIES: readonly string[] = [
  "packages/user-service/src/main.ts",
  "packages/product-service/src/main.ts",
  "packages/order-service/src/main.ts",
  "cli/src/main.ts",
];

export function isCounted(path: string): boolean {
  return COUNTED.test(path) && !TESTS.test(path) && !EXCLUDED_ENTRIES.includes(path);
}
