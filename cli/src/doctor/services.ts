import { canStartPrograms } from "../runtime.ts";
import type { Session } from "../session/session.ts";
import { type ServiceName, serviceNames } from "../stack/layout.ts";
import type { Tools } from "../tools.ts";
import { type Check, problemOf } from "./check.ts";

/** Each service judges tokens by its own clock. */
const CLOCK_SKEW_MAX_MS = 30_000;

export async function checkServices({ session }: Tools): Promise<Check> {
  const name = "Services";
  try {
    return { name, ...(await judgeServices(session)) };
  } catch (error) {
    return { name, ...problemOf(error) };
  }
}

async function judgeServices(session: Session): Promise<Omit<Check, "name">> {
  const client = await session.clientWith();
  const states = await Promise.all(
    serviceNames.map(async (name) => {
      const health = await client.operation.health(name).catch(() => undefined);
      return { name, status: health?.status ?? "unreachable" };
    }),
  );
  const bad = states.filter(({ status }) => status !== "healthy");
  if (bad.length === 0) return { status: "ok", detail: `healthy (profile ${session.profile})` };
  const isSilent = bad.length === states.length && bad.every(({ status }) => status === "unreachable");
  const detail = isSilent ? "no service answers" : bad.map(({ name, status }) => `${name} is ${status}`).join(", ");
  return {
    status: isSilent ? "warning" : "problem",
    detail,
    fix: canStartPrograms
      ? `ordersctl ${isSilent ? "up" : "health"}   or   ordersctl logs`
      : "ordersctl config view --show-origin   (addresses), ordersctl profile set NAME --user-url …",
  };
}

export async function checkClock({ session, io }: Tools): Promise<Check> {
  const name = "Clock";
  const skews = await Promise.all(
    serviceNames.map(async (service) => ({
      service,
      skewMs: await dateOf(service, session).then(
        (date) => Math.abs(date - io.now()),
        () => Number.NaN,
      ),
    })),
  );
  const compared = skews.filter(({ skewMs }) => !Number.isNaN(skewMs));
  if (compared.length === 0) return { name, status: "ok", detail: "not compared: no service answers" };
  const apart = compared.filter(({ skewMs }) => skewMs > CLOCK_SKEW_MAX_MS);
  if (apart.length === 0) return { name, status: "ok", detail: "agrees with the services" };
  const detail = apart.map(({ service, skewMs }) => `${Math.round(skewMs / 1000)} s off from ${service}-service`);
  return { name, status: "problem", detail: detail.join(", "), fix: "set the clocks (NTP)" };
}

/** What a service tells as the time, in milliseconds since the epoch; NaN when it tells none. */
async function dateOf(service: ServiceName, { urls, fetch }: Session): Promise<number> {
  const answer = await fetch(`${urls[`${service}Url`]}/health`, { signal: AbortSignal.timeout(2000) });
  return Date.parse(answer.headers.get("date") ?? "");
}

export async function checkSignIn({ session, io }: Tools): Promise<Check> {
  const name = "Signed in";
  try {
    const token = await session.token();
    if (token === undefined) return { name, status: "warning", detail: "no", fix: session.login };
    const kept = io.env["ORDERSCTL_TOKEN"] ? undefined : await session.credentials();
    return { name, status: "ok", detail: kept?.email ?? "by ORDERSCTL_TOKEN" };
  } catch (error) {
    return { name, ...problemOf(error), status: "warning" };
  }
}
