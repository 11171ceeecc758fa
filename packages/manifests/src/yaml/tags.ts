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

/** `defaultMode: 0440` is octal to Kubernetes. */
const octalNumber: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:int",
  format: "OCT",
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

export const kubernetesTags: readonly ScalarTag[] = [booleanWord, octalNumber];
