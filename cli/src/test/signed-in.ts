import type { Stack } from "@pos/testing/stack";
import { type World, world } from "./world.ts";

/** Of the administrator that a test stack begins with. */
export const ADMIN = { email: "admin@example.com", password: "correct horse battery" };

/** A world whose user is signed in to a stack; the administrator when nobody else is named. */
export async function signedInWorld(stack: Stack, who: { email: string; password: string } = ADMIN): Promise<World> {
  const created = await world(stack);
  const { exit, stderr } = await created.run(["login", "--email", who.email, "--password-stdin"], {
    stdin: `${who.password}\n`,
  });
  if (exit !== 0) throw new Error(stderr);
  return created;
}
