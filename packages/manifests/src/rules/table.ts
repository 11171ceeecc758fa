import type { Level } from "../finding.ts";
import { closest } from "../model/words.ts";
import type { Rule } from "../rule.ts";
import { accessRules } from "./access.ts";
import { boundRules } from "./bounds.ts";
import { composeRules } from "./compose.ts";
import { configRules } from "./config.ts";
import { endingRules } from "./ending.ts";
import { environmentRules } from "./environment.ts";
import { imageRules } from "./images.ts";
import { fieldRules } from "./fields.ts";
import { ingressRules } from "./ingress.ts";
import { liveRules } from "./live.ts";
import { mongoRules } from "./mongo.ts";
import { nameRules } from "./names.ts";
import { namespaceRules } from "./namespaces.ts";
import { networkRules } from "./network.ts";
import { portRules } from "./ports.ts";
import { probeRules } from "./probes.ts";
import { resourceRules } from "./resources.ts";
import { scalingRules } from "./scaling.ts";
import { roleRules } from "./roles.ts";
import { schemaRules } from "./schema.ts";
import { secretRules } from "./secrets.ts";
import { securityRules } from "./security.ts";
import { selectorRules } from "./selectors.ts";
import { sourceRules } from "./source.ts";
import { storageRules } from "./storage.ts";
import { valueRules } from "./values.ts";
import { variableRules } from "./variables.ts";

/** Rules that look at one resource at a time: they hold even when another file could not be read. */
export const LOCAL_RULES: readonly Rule[] = [
  ...sourceRules,
  ...schemaRules,
  ...nameRules,
  ...valueRules,
  ...fieldRules,
];

/** Every rule there is, in the order in which `--explain` lists them. */
export const RULES: readonly Rule[] = [
  ...LOCAL_RULES,
  ...selectorRules,
  ...portRules,
  ...probeRules,
  ...endingRules,
  ...configRules,
  ...storageRules,
  ...accessRules,
  ...roleRules,
  ...ingressRules,
  ...scalingRules,
  ...networkRules,
  ...namespaceRules,
  ...resourceRules,
  ...boundRules,
  ...securityRules,
  ...imageRules,
  ...secretRules,
  ...environmentRules,
  ...variableRules,
  ...mongoRules,
  ...composeRules,
  ...liveRules,
];

/** Levels other than the rules' own, by rule id. */
export type Levels = ReadonlyMap<string, Level>;

const LEVELS: readonly string[] = ["off", "warn", "error"];

/** @throws {RangeError} for an id that no rule has, with the nearest one */
export function findRule(id: string): Rule {
  const rule = RULES.find((each) => each.id === id);
  if (rule !== undefined) return rule;
  const guess = closest(
    id,
    RULES.map((each) => each.id),
  );
  throw new RangeError(`There is no rule ${id}${guess === undefined ? "" : ` (did you mean ${guess}?)`}.`);
}

/**
 * Reads settings of the form `RULE=off|warn|error`.
 * @throws {RangeError} for another form, an unknown rule and an unknown level
 */
export function parseLevels(settings: readonly string[]): Levels {
  return new Map(
    settings.map((setting) => {
      const [id = "", level = ""] = setting.split("=", 2);
      const rule = findRule(id);
      if (!LEVELS.includes(level)) throw new RangeError(`Write ${rule.id}=off, ${rule.id}=warn or ${rule.id}=error.`);
      return [rule.id, level as Level];
    }),
  );
}
