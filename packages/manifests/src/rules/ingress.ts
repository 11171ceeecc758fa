import type { Cursor } from "../model/cursor.ts";
import { madeSecrets } from "../model/made-secrets.ts";
import type { Resource } from "../model/resource.ts";
import { didYouMean } from "../model/words.ts";
import type { Rule } from "../rule.ts";
import { missingReference } from "./iterate.ts";

/** The `service` of every backend of an Ingress. */
function backendsOf({ root }: Resource): Cursor[] {
  const paths = root.items("spec", "rules").flatMap((rule) => rule.items("http", "paths"));
  return [root.get("spec", "defaultBackend", "service"), ...paths.map((path) => path.get("backend", "service"))].filter(
    (backend) => backend.isSet,
  );
}

const ingressService: Rule = {
  id: "ingress-service",
  level: "error",
  title: "Every Service that an Ingress routes to exists",
  why: "The path answers 503.",
  wrong: "backend: { service: { name: wbe, port: { name: http } } }",
  right: "backend: { service: { name: web, port: { name: http } } }",
  *check(set) {
    for (const ingress of set.ofKind("Ingress")) {
      const use = `${ingress.title} routes to the Service`;
      for (const at of backendsOf(ingress).map((backend) => backend.get("name")))
        yield* missingReference(set, { at, use, kind: "Service", namespace: ingress.namespace });
    }
  },
};

const ingressPort: Rule = {
  id: "ingress-port",
  level: "error",
  title: "Every port that an Ingress routes to is one of the Service",
  why: "The path answers 503, or the API server rejects the Ingress.",
  wrong: "backend: { service: { name: web, port: { number: 8080 } } }      # the Service listens on 80",
  right: "backend: { service: { name: web, port: { number: 80 } } }",
  *check(set) {
    for (const ingress of set.ofKind("Ingress")) {
      for (const backend of backendsOf(ingress)) {
        const service = set.find("Service", ingress.namespace, backend.get("name").text ?? "");
        const at = backend.get("port", "name").isSet ? backend.get("port", "name") : backend.get("port", "number");
        if (service?.kind !== "Service" || !at.isSet) continue;
        const ports = service.root.items("spec", "ports");
        if (ports.some((port) => port.get("name").value === at.value || port.get("port").value === at.value)) continue;
        const has = ports.map(
          (port) =>
            `${port.get("name").text ?? ""}${port.get("name").isSet ? "=" : ""}${String(port.get("port").value)}`,
        );
        yield { at, sentence: `${service.title} has no port ${String(at.value)} (has: ${has.join(", ") || "none"}).` };
      }
    }
  },
};

const ingressSecret: Rule = {
  id: "ingress-tls",
  level: "error",
  title: "The certificate of an Ingress has a source",
  why: "Without the Secret, the Ingress serves a self-signed certificate, which browsers reject.",
  wrong: "tls: [{ hosts: [shop.example.com], secretName: shop-tsl }]",
  right:
    "metadata: { annotations: { cert-manager.io/cluster-issuer: letsencrypt } }\nspec: { tls: [{ hosts: [shop.example.com], secretName: shop-tls }] }",
  *check(set) {
    const made = madeSecrets(set);
    for (const { root, namespace, title } of set.ofKind("Ingress")) {
      const names = [...set.ofKind("Secret"), ...made].flatMap((each) =>
        each.namespace === namespace ? each.name : [],
      );
      const isIssued = root
        .fieldNames("metadata", "annotations")
        .some((name) => name.startsWith("cert-manager.io/") || name === "kubernetes.io/tls-acme");
      const secrets = root.items("spec", "tls").map((tls) => tls.get("secretName"));
      for (const at of isIssued ? [] : secrets) {
        if (at.text === undefined || names.includes(at.text)) continue;
        const guess = didYouMean(at.text, names);
        const hint = "Add the Secret, a Certificate, or the annotation of the issuer that creates it.";
        const sentence = `${title} takes its certificate from the Secret ${at.text}, which nothing creates${guess}.`;
        yield { at, sentence, hint };
      }
    }
  },
};

const ingressHost: Rule = {
  id: "ingress-host",
  level: "warn",
  title: "Every host with TLS has a rule, and every rule its TLS",
  why: "A host under tls without a rule, or a rule without TLS, is usually a typo: the site is served without encryption.",
  wrong: "tls: [{ hosts: [shop.example.com] }]\nrules: [{ host: shop.exmaple.com, … }]",
  right: "tls: [{ hosts: [shop.example.com] }]\nrules: [{ host: shop.example.com, … }]",
  *check(set) {
    for (const { root, title } of set.ofKind("Ingress")) {
      const names = root.items("spec", "tls").flatMap((tls) => tls.textItems("hosts"));
      if (names.length === 0) continue;
      for (const rule of root.items("spec", "rules")) {
        const at = rule.get("host");
        if (at.text === undefined || !isHostName(at.text)) continue;
        if (names.includes(at.text) || names.includes(at.text.replace(/^[^.]+/, "*"))) continue;
        const sentence = `${title} serves ${at.text} without TLS, though other hosts have it${didYouMean(at.text, names)}.`;
        yield { at, sentence };
      }
    }
  },
};

/** A name of the world outside, perhaps with `*` in place of its first label. */
const HOST_NAME = /^(?=.{1,253}$)(?:\*\.)?[a-z\d](?:[-a-z\d]*[a-z\d])?(?:\.[a-z\d](?:[-a-z\d]*[a-z\d])?)*$/;

const ingressForm: Rule = {
  id: "ingress-form",
  level: "error",
  title: "Hosts of an Ingress are names, and its paths begin with a slash",
  why: "The API server rejects hosts with a scheme, a port or capital letters, and paths without a leading slash; the published schema accepts them.",
  wrong: "rules: [{ host: 'https://shop.example.com', http: { paths: [{ path: api, … }] } }]",
  right: "rules: [{ host: shop.example.com, http: { paths: [{ path: /api, … }] } }]",
  *check(set) {
    for (const { root } of set.ofKind("Ingress")) {
      const rules = root.items("spec", "rules");
      const tls = root.items("spec", "tls");
      for (const at of [...rules.map((rule) => rule.get("host")), ...tls.flatMap((each) => each.items("hosts"))]) {
        if (isHostName(at.text ?? "")) continue;
        const sentence = `"${at.text}" is not a valid host name.`;
        yield { at, sentence, hint: "Leave out the scheme and the port, and use lower-case letters." };
      }
      for (const path of rules.flatMap((rule) => rule.items("http", "paths"))) {
        const at = path.get("path");
        if (at.text !== undefined && !/^\/|^$|\$[{(]/.test(at.text))
          yield { at, sentence: `The path ${at.text} does not begin with a slash.` };
      }
    }
  },
};

/** What a program puts in before the manifests are applied may be a name. */
function isHostName(text: string): boolean {
  return text === "" || text.includes("${") || HOST_NAME.test(text);
}

export const ingressRules: readonly Rule[] = [ingressService, ingressPort, ingressSecret, ingressHost, ingressForm];
