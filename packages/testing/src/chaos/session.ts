import type { TokenSource } from "@pos/client/transport";
import type { ChaosStack } from "./stack.ts";

/** Access tokens live for 15 minutes; a renewal may fail for a while, so it begins early. */
const RENEW_AFTER_MS = 8 * 60_000;
/** Before the faults a slow machine is no failure. */
const FIRST_SIGN_IN_MS = 30_000;

/** Signs in, and again whenever the token has become old; while that fails the old one goes on. */
export async function signIn(
  stack: Pick<ChaosStack, "as">,
  account: { email: string; password: string },
): Promise<TokenSource> {
  const login = async (timeoutMs: number) => (await stack.as().auth.login(account, { timeoutMs })).token;
  let token = await login(FIRST_SIGN_IN_MS);
  let renewAtMs = performance.now() + RENEW_AFTER_MS;
  const renew = async () => {
    token = await login(FIRST_SIGN_IN_MS);
    renewAtMs = performance.now() + RENEW_AFTER_MS;
  };
  let renewal: Promise<void> | undefined;
  return () => {
    if (performance.now() > renewAtMs) {
      renewal ??= renew().then(
        () => (renewal = undefined),
        () => (renewal = undefined),
      );
    }
    return token;
  };
}
