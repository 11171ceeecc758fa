import { type CliError, usageError } from "../errors.ts";
import { textField } from "../files.ts";
import type { GlobalOptions } from "../global-options.ts";
import type { Io } from "../io.ts";
import {
  readCredentials,
  readProjectFile,
  readUserConfig,
  type Urls,
  type UserConfig,
  userConfigPath,
} from "./config-files.ts";

/** A value and where it came from, for `config view --show-origin`. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

export const settingNames = ["profile", "userUrl", "productUrl", "orderUrl", "output", "color", "timeout"] as const;
export type SettingName = (typeof settingNames)[number];
export type Settings = Readonly<Record<SettingName, Setting>>;

/** The environment variable of each setting. */
export const settingVariables: Readonly<Record<SettingName, string>> = {
  profile: "ORDERSCTL_PROFILE",
  userUrl: "ORDERSCTL_USER_URL",
  productUrl: "ORDERSCTL_PRODUCT_URL",
  orderUrl: "ORDERSCTL_ORDER_URL",
  output: "ORDERSCTL_OUTPUT",
  color: "ORDERSCTL_COLOR",
  timeout: "ORDERSCTL_TIMEOUT",
};

/** The profile that `up` signs in to, and that is used when there is no other. */
export const DEFAULT_PROFILE = "local";

const defaults: Readonly<Record<SettingName, string>> = {
  profile: DEFAULT_PROFILE,
  userUrl: "http://127.0.0.1:3001",
  productUrl: "http://127.0.0.1:3002",
  orderUrl: "http://127.0.0.1:3003",
  output: "table",
  color: "auto",
  timeout: "10s",
};

/**
 * Every setting by precedence: flag, environment, project file, user file, default. The addresses of the chosen profile
 * count as the user file.
 * @throws {CliError} USAGE for an address that is none
 */
export async function readSettings(io: Io, options: GlobalOptions): Promise<Settings> {
  const [project, user] = await Promise.all([readProjectFile(io.cwd), readUserConfig(io.env)]);
  const sources = (name: SettingName): readonly (readonly [string, string | undefined])[] => [
    [`flag --${flagOf(name)}`, options[name]],
    [`environment ${settingVariables[name]}`, io.env[settingVariables[name]] || undefined],
    [`project file ${project?.path}`, textField(project?.values, name)],
  ];
  const pick = (name: SettingName, own: string | undefined): Setting => {
    for (const [origin, value] of sources(name)) if (value !== undefined) return { value, origin };
    if (own !== undefined) return { value: own, origin: `user file ${userConfigPath(io.env)}` };
    return { value: defaults[name], origin: "default" };
  };
  const profile = pick("profile", user.currentProfile);
  const preferences = (name: SettingName) => textField(user.preferences, name);
  return {
    profile,
    ...readUrls(pick, user, profile.value),
    output: pick("output", preferences("output")),
    color: pick("color", preferences("color")),
    timeout: pick("timeout", preferences("timeout")),
  };
}

/**
 * What is wrong with a profile that is named and is none, when a default would stand in for one of its addresses. What
 * the user file names was known when it was written.
 */
export async function profileFault(env: Io["env"], settings: Settings): Promise<CliError | undefined> {
  const { value: name, origin } = settings.profile;
  const { userUrl, productUrl, orderUrl } = settings;
  const isNamed = origin !== "default" && !origin.startsWith("user file");
  if (!isNamed || [userUrl, productUrl, orderUrl].every((url) => url.origin !== "default")) return undefined;
  const [{ profiles }, credentials] = await Promise.all([readUserConfig(env), readCredentials(env)]);
  const known = new Set([DEFAULT_PROFILE, ...Object.keys(profiles), ...Object.keys(credentials)]);
  if (known.has(name)) return undefined;
  return usageError(
    `There is no profile "${name}" (${origin}); choose from ${[...known].sort().join(", ")}.`,
    `ordersctl profile set ${name} --user-url … --product-url … --order-url …`,
  );
}

function readUrls(
  pick: (name: SettingName, own: string | undefined) => Setting,
  { profiles }: UserConfig,
  profile: string,
): Record<keyof Urls, Setting> {
  const known = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  const address = (name: keyof Urls): Setting => {
    const { value, origin } = pick(name, known?.[name]);
    const url = URL.parse(value);
    if (url === null || !["http:", "https:"].includes(url.protocol))
      throw usageError(
        `"${value}" (${origin}) is not an http or https address.`,
        "ordersctl config view --show-origin",
      );
    return { value: value.replace(/\/+$/, ""), origin };
  };
  return { userUrl: address("userUrl"), productUrl: address("productUrl"), orderUrl: address("orderUrl") };
}

const flagOf = (name: SettingName): string => name.replace("Url", "-url");
