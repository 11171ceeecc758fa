import { defineService } from "@pos/service-kit/define-service";
import { Elysia } from "elysia";
import { version } from "../package.json" with { type: "json" };
import { addressRoutes } from "./addresses/routes.ts";
import { authRoutes } from "./auth/routes.ts";
import { environment } from "./config.ts";
import { layout } from "./migrations.ts";
import { recoveryRoutes } from "./recovery/routes.ts";
import { createServices, type TestPorts } from "./services.ts";
import { ensureFirstAdmin } from "./users/first-admin.ts";
import { userRoutes } from "./users/routes.ts";

/** It does not start when the stored keys do not open, or the first administrator's address is somebody else's. */
export const userService = defineService<typeof environment, TestPorts>({
  name: "user-service",
  document: {
    title: "User service",
    version,
    description: "Accounts, sign-in, signing keys and postal addresses.",
  },
  environment,
  layout,
  async wire(tools) {
    const { trustedProxyHops, adminEmail: email, adminPassword: password } = tools.config;
    const services = await createServices(tools);
    const { verifier, background } = services;
    await ensureFirstAdmin(
      { email, password },
      { users: services.accounts, service: services.users, logger: tools.logger },
    );
    const features = () =>
      new Elysia({ normalize: false })
        .use(userRoutes({ ...services, trustedProxyHops }))
        .use(addressRoutes(services.addresses, verifier))
        .use(authRoutes({ ...services, trustedProxyHops }))
        .use(recoveryRoutes({ ...services, trustedProxyHops }));
    return { verifier, background, features };
  },
});
