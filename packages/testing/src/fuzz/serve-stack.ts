import { startStack } from "../stack.ts";

/** What a program that talks to the stack from outside needs to know; printed as one line of JSON. */
export interface ServedStack {
  urls: { user: string; product: string; order: string };
  adminEmail: string;
  adminPassword: string;
  serviceToken: string;
  customerId: string;
}

// Runs until its parent closes standard input, so that nothing is left behind when the parent is killed.
const stack = await startStack();
const customer = await stack.customer();
const served: ServedStack = {
  urls: stack.urls,
  ...stack.adminAccount,
  serviceToken: await stack.serviceToken(),
  customerId: customer.id,
};
console.log(JSON.stringify(served));
for await (const _chunk of Bun.stdin.stream()) continue;
await stack.stop();
process.exit(0);
