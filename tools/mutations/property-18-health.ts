import type { Mutation } from "../src/mutations/mutation.ts";

export const mutation: Mutation = {
  harm: "A balancer sends requests to a service whose database is away.",
  edits: [
    {
      file: "packages/service-kit/src/health/health.ts",
      find: '    return { status: isHealthy ? "healthy" : "unhealthy", service, checks: Object.fromEntries(results) };',
      replace:
        '    return { status: isHealthy || results.length > 0 ? "healthy" : "unhealthy", service, checks: Object.fromEntries(results) };',
    },
  ],
  test: { file: "packages/testing/src/properties/health.property.test.ts", name: "health is 200 while" },
};
