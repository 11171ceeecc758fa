import { Scalar, type ScalarTag } from "yaml";

const TRUE = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const BOOLEAN = /^(?:y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;

/**
 * Words that the YAML reader of Kubernetes (sigs.k8s.io/yaml, after YAML 1.1) takes for booleans, though YAML 1.2
 * does not: `DEBUG: yes` in a ConfigMap is refused by the API server.
 */
const booleanWord: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:bool",
  test: BOOLEAN,
  resolve: (text) => new Scalar(TRUE.test(text)),
};

/** `defaultMode: 0440` is octal to Kubernetes, and `1_000`, `0b11` and `1_0.5` are numbers. */
const otherNumber: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:int",
  format: "OCT",
  test: /^[-+]?(?:0[0-7]+|0b[01_]+|\d[\d_]*_[\d_]*(?:\.\d+)?)$/i,
  resolve(text) {
    const digits = text.replaceAll(/^[-+]|_/g, "");
    const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
    return text.startsWith("-") ? -value : value;
  },
};

export const kubernetesTags: readonly ScalarTag[] = [booleanWord, otherNumber];
