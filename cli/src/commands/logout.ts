import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

export const logoutVerb: Verb = {
  usage: "logout",
  summary: "Sign out",
  description: "Ends the session at user-service and deletes the stored sign-in of the current profile.",
  run: runLogout,
};

async function runLogout(_: object, { session, talk }: Tools): Promise<void> {
  const credentials = await session.credentials();
  if (credentials === undefined) return talk.say(`Not signed in (profile ${session.profile}).`);
  if (credentials.refreshToken !== undefined) {
    const client = await session.clientWith();
    await client.auth.logout(credentials.refreshToken).catch(() => {
      talk.warn("user-service could not be reached; the session there expires within 30 days");
    });
  }
  await session.forget();
  talk.done(`${credentials.email} is signed out (profile ${session.profile})`);
}
