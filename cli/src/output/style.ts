import { Chalk, type ChalkInstance } from "chalk";
import type { Io, Output } from "../io.ts";

/** What --color takes. */
export const colorModes = ["auto", "always", "never"] as const;
export type ColorMode = (typeof colorModes)[number];
/** Colours of one stream. */
export type Style = ChalkInstance;

/**
 * The colours of a stream. `auto`: only on a terminal, and not with NO_COLOR (no-color.org), ORDERSCTL_NO_COLOR or
 * TERM=dumb. The 16 colours that every theme chooses itself are all that is used.
 */
export function styleOf(stream: Output, env: Io["env"], mode: ColorMode): Style {
  const isRefused = Boolean(env["NO_COLOR"]) || Boolean(env["ORDERSCTL_NO_COLOR"]) || env["TERM"] === "dumb";
  const hasColor = mode === "always" || (mode === "auto" && stream.isTty && !isRefused);
  return new Chalk({ level: hasColor ? 1 : 0 });
}
