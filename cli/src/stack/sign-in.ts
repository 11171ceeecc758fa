import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import { messageOf } from "../errors.ts";
import { sentence } from "../output/text.ts";
import { changeUserConfig, writeCredentials } from "../session/config-files.ts";
import type { StackSecrets } from "./secrets.ts";
import type { ServiceName } from "./layout.ts";
import { urlsOf } from "./state.ts";

/**
 * Signs the administrator in and makes the stack the profile in use, so that the next command works.
 * @returns whether the password is right
 */
export async function signInAdmin(
  { io, talk }: { io: Io; talk: Talk },
  { ports, profile }: { ports: Readonly<Record<ServiceName, number>>; profile: string },
  secrets: StackSecrets,
): Promise<boolean> {
  const urls = urlsOf(ports);
  const addresses = { userUrl: urls.user, productUrl: urls.product, orderUrl: urls.order };
  await changeUserConfig(io.env, ({ profiles, ...others }) => ({
    ...others,
    currentProfile: profile,
    profiles: { ...profiles, [profile]: addresses },
  }));
  const { adminEmail: email, adminPassword: password } = secrets;
  try {
    const { createClient } = await import("@pos/client");
    const result = await createClient(addresses).auth.login({ email, password });
    const { token, userId, expiresIn, refreshToken } = result;
    await writeCredentials(io.env, profile, {
      ...addresses,
      email,
      userId,
      token,
      expiresAtMs: io.now() + expiresIn * 1000,
      ...(refreshToken === undefined ? {} : { refreshToken }),
    });
    return true;
  } catch (error) {
    // Its password may have been changed since; that keeps nobody from working.
    const given = Boolean(io.env["ADMIN_EMAIL"] || io.env["ADMIN_PASSWORD"]);
    const advice = given ? " ADMIN_EMAIL and ADMIN_PASSWORD only create the first administrator." : "";
    const next = `Try: ordersctl login --email ${email}`;
    talk.warn(`${email} could not be signed in: ${sentence(messageOf(error))}${advice} ${next}`);
    return false;
  }
}
