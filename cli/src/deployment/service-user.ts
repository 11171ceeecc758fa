import { type Document, MongoClient, MongoServerError } from "mongodb";
import type { DatabaseWish } from "./database-wish.ts";

const AUTHENTICATION_FAILED = 18;

/**
 * Makes the service's user, or gives it the wished password and roles again. It may read and write its own database
 * (collections and indexes included) and nothing else; ending its own sessions needs no right.
 * @returns what was done, undefined when it was right already
 */
export async function ensureServiceUser(root: MongoClient, wish: DatabaseWish): Promise<string | undefined> {
  const db = root.db(wish.database);
  const roles = [{ role: "readWrite", db: wish.database }];
  const { users } = (await db.command({ usersInfo: wish.user })) as { users: readonly Document[] };
  const existing = users[0];
  if (existing === undefined) {
    await db.command({ createUser: wish.user, pwd: wish.password, roles });
    return "created";
  }
  if (hasRoles(existing, roles) && (await canSignIn(wish))) return undefined;
  await db.command({ updateUser: wish.user, pwd: wish.password, roles });
  return "corrected";
}

function hasRoles(user: Document, roles: readonly { role: string; db: string }[]): boolean {
  const given = user["roles"] as readonly { role: string; db: string }[];
  return (
    given.length === roles.length && roles.every(({ role, db }) => given.some((g) => g.role === role && g.db === db))
  );
}

async function canSignIn(wish: DatabaseWish): Promise<boolean> {
  const client = new MongoClient(`mongodb://127.0.0.1:${wish.port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5000,
    auth: { username: wish.user, password: wish.password },
    authSource: wish.database,
  });
  try {
    await client.db(wish.database).command({ ping: 1 });
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) return false;
    throw error;
  } finally {
    await client.close();
  }
}
