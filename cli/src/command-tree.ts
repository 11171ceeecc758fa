import { canStartPrograms } from "./runtime.ts";
import type { AnyVerb } from "./verb.ts";

/** A first word of ordersctl. What stands behind it is loaded when it is used, so that --help stays quick. */
export interface Branch {
  readonly name: string;
  readonly summary: string;
  /** Heading in the list of commands. */
  readonly group: string;
  /** It starts programs: the package for Node does not offer it. */
  readonly needsBun?: true;
  /** One verb for a word that is a command itself (`up`), a list for a noun (`orders`). */
  load(): Promise<AnyVerb | readonly AnyVerb[]>;
}

const STACK = "Run the stack:";
const WORK = "Use it:";
const CHECK = "Maintain it:";
const DEPLOY = "Deploy it:";
/** Of what is about this program. */
export const SELF = "About ordersctl:";

/** Every first word, in the order of the help. */
export const commandTree: readonly Branch[] = [
  {
    name: "up",
    summary: "Start MongoDB and the three services",
    group: STACK,
    needsBun: true,
    load: async () => (await import("./commands/up.ts")).upVerb,
  },
  {
    name: "down",
    summary: "Stop what `up` started",
    group: STACK,
    load: async () => (await import("./commands/down.ts")).downVerb,
  },
  {
    name: "status",
    summary: "Show what is running, since when, and how often it restarted",
    group: STACK,
    load: async () => (await import("./commands/status.ts")).statusVerb,
  },
  {
    name: "logs",
    summary: "Show the logs of the services and MongoDB",
    group: STACK,
    load: async () => (await import("./commands/logs.ts")).logsVerb,
  },
  {
    name: "restart",
    summary: "Restart one service",
    group: STACK,
    load: async () => (await import("./commands/restart.ts")).restartVerb,
  },
  {
    name: "seed",
    summary: "Create demo users, products and orders",
    group: STACK,
    load: async () => (await import("./commands/seed.ts")).seedVerb,
  },
  {
    name: "login",
    summary: "Sign in",
    group: WORK,
    load: async () => (await import("./commands/login.ts")).loginVerb,
  },
  {
    name: "logout",
    summary: "Sign out",
    group: WORK,
    load: async () => (await import("./commands/logout.ts")).logoutVerb,
  },
  {
    name: "whoami",
    summary: "Show who is signed in",
    group: WORK,
    load: async () => (await import("./commands/whoami.ts")).whoamiVerb,
  },
  {
    name: "users",
    summary: "Register, change, suspend and delete users",
    group: WORK,
    load: async () => (await import("./commands/users/verbs.ts")).userVerbs,
  },
  {
    name: "products",
    summary: "Manage the catalogue and its stock",
    group: WORK,
    load: async () => (await import("./commands/products/verbs.ts")).productVerbs,
  },
  {
    name: "orders",
    summary: "Place, follow and process orders",
    group: WORK,
    load: async () => (await import("./commands/orders/verbs.ts")).orderVerbs,
  },
  {
    name: "health",
    summary: "Check whether every service can serve requests",
    group: CHECK,
    load: async () => (await import("./commands/health.ts")).healthVerb,
  },
  {
    name: "doctor",
    summary: "Check everything that `up` and the other commands need",
    group: CHECK,
    load: async () => (await import("./commands/doctor.ts")).doctorVerb,
  },
  {
    name: "audit",
    summary: "Verify that no order is lost or duplicated and no unit sold twice",
    group: CHECK,
    load: async () => (await import("./commands/audit.ts")).auditVerb,
  },
  {
    name: "validate",
    summary: "Check Kubernetes manifests and compose files",
    group: CHECK,
    load: async () => (await import("./commands/validate.ts")).validateVerb,
  },
  {
    name: "outbox",
    summary: "List undelivered messages between services, and retry them",
    group: CHECK,
    load: async () => (await import("./commands/outbox/verbs.ts")).outboxVerbs,
  },
  {
    name: "keys",
    summary: "List and rotate the keys that sign access tokens",
    group: CHECK,
    load: async () => (await import("./commands/keys/verbs.ts")).keyVerbs,
  },
  {
    name: "bench",
    summary: "Measure how long placing an order takes",
    group: CHECK,
    load: async () => (await import("./commands/bench.ts")).benchVerb,
  },
  {
    name: "api",
    summary: "Call any route with your sign-in",
    group: WORK,
    load: async () => (await import("./commands/api.ts")).apiVerb,
  },
  {
    name: "open",
    summary: "Open the Swagger page of a service in the browser",
    group: WORK,
    load: async () => (await import("./commands/open.ts")).openVerb,
  },
  {
    name: "db",
    summary: "Set up new databases, and migrate existing ones",
    group: DEPLOY,
    load: async () => (await import("./commands/db/verbs.ts")).dbVerbs,
  },
  {
    name: "compose",
    summary: "Run the system in containers on this machine",
    group: DEPLOY,
    needsBun: true,
    load: async () => (await import("./commands/compose/verbs.ts")).composeVerbs,
  },
  {
    name: "k8s",
    summary: "Write the secrets of a Kubernetes deployment",
    group: DEPLOY,
    load: async () => (await import("./commands/k8s/verbs.ts")).k8sVerbs,
  },
  {
    name: "backup",
    summary: "Copy the three databases into a folder",
    group: DEPLOY,
    load: async () => (await import("./commands/backup.ts")).backupVerb,
  },
  {
    name: "restore",
    summary: "Restore the three databases from a backup",
    group: DEPLOY,
    load: async () => (await import("./commands/restore.ts")).restoreVerb,
  },
  {
    name: "profile",
    summary: "Switch between stacks: their addresses and sign-ins",
    group: SELF,
    load: async () => (await import("./commands/profile/verbs.ts")).profileVerbs,
  },
  {
    name: "config",
    summary: "Show settings, and where they come from",
    group: SELF,
    load: async () => (await import("./commands/config/verbs.ts")).configVerbs,
  },
  {
    name: "completion",
    summary: "Print the completion script of bash, zsh or fish",
    group: SELF,
    load: async () => (await import("./commands/completion.ts")).completionVerb,
  },
  {
    name: "version",
    summary: "Show the versions of ordersctl and of the services",
    group: SELF,
    load: async () => (await import("./commands/version.ts")).versionVerb,
  },
];

/** Whether help and completion show it; where they do not, it says itself what it needs. */
export const isOffered = ({ needsBun }: Branch): boolean => canStartPrograms || needsBun !== true;
