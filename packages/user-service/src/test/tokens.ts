import type { Clock } from "@pos/service-kit/clock";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { Replica } from "./user-service.ts";

/** Verifies tokens as another service would: against the published keys. */
export const createVerifierOf =
  (replica: Replica, clock: Clock) =>
  async (token: string): Promise<JWTPayload> => {
    const keys = JSON.parse((await replica.send("GET", "/.well-known/jwks.json")).text) as JSONWebKeySet;
    const options = { algorithms: ["ES256"], currentDate: new Date(clock.now()) };
    return (await jwtVerify(token, createLocalJWKSet(keys), options)).payload;
  };
