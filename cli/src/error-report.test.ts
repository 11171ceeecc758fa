import { describe, expect, test } from "bun:test";
import { ApiError, InvalidAnswerError, NoAnswerError } from "@pos/client/errors";
import { Chalk } from "chalk";
import { reportError } from "./error-report.ts";
import { CliError } from "./errors.ts";

const report = (error: unknown, isDebug = false, env: Readonly<Record<string, string>> = {}) =>
  reportError(error, { style: new Chalk({ level: 0 }), isDebug, login: "ordersctl login", env });

type Code = ConstructorParameters<typeof ApiError>[0]["code"];
const answered = (status: number, code: Code, more: Partial<ConstructorParameters<typeof ApiError>[0]> = {}) =>
  new ApiError({ status, code, message: "It says no.", requestId: "r-1", ...more });
const caused = (code: string, message = "") =>
  new NoAnswerError("http://127.0.0.1:3001/users", {
    isTimeout: false,
    cause: Object.assign(new Error(message), { code }),
  });

describe("a failure is told with its exit and what to try", () => {
  const up = "Try: ordersctl up\n     ordersctl status\n     ordersctl config view --show-origin\n";
  const cases: Readonly<Record<string, readonly [error: unknown, exit: string, text: string]>> = {
    "of our own": [
      new CliError("It broke.", { exit: "FINDINGS", why: ["one", "two"], tries: ["a", "b"] }),
      "FINDINGS",
      "error: It broke.\n  one\n  two\nTry: a\n     b\n",
    ],
    "with lines": [new CliError("first\nsecond"), "FAILED", "error: first\nsecond\n"],
    unforeseen: [new TypeError("x is not a function"), "FAILED", "error: x is not a function\n"],
    "a full disk": [
      Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" }),
      "FAILED",
      "error: A file cannot be written: the disk is full.\nTry: df -h\n",
    ],
    "a folder of somebody else": [
      Object.assign(new Error("EACCES: permission denied, open '/a'"), { code: "EACCES", syscall: "open", path: "/a" }),
      "FAILED",
      "error: /a cannot be used: permission denied.\n",
    ],
    "a folder in the place of a file": [
      Object.assign(new Error("EISDIR: illegal operation on a directory, read"), { code: "EISDIR", syscall: "read" }),
      "FAILED",
      "error: A file cannot be read: it is a folder.\n",
    ],
    "no error at all": ["thrown text", "FAILED", "error: thrown text\n"],
    refused: [
      caused("ConnectionRefused"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (connection refused).\n${up}`,
    ],
    "refused, as Node tells it": [
      new NoAnswerError("http://127.0.0.1:3001/users", {
        isTimeout: false,
        cause: new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) }),
      }),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (connection refused).\n${up}`,
    ],
    reset: [
      caused("ECONNRESET"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (connection reset).\n${up}`,
    ],
    "unknown host": [
      caused("ENOTFOUND"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (unknown host).\n${up}`,
    ],
    "another address": [
      caused("UnexpectedRedirect"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (it redirects to another address).\n${up}`,
    ],
    "a certificate that nobody here trusts": [
      caused("DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (TLS: self signed certificate).\n${up}`,
    ],
    "no TLS at all, as Node tells it": [
      caused("ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number"),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 does not answer (TLS: wrong version number).\n${up}`,
    ],
    "out of time": [
      new NoAnswerError("http://127.0.0.1:3001/users", { isTimeout: true }),
      "UNREACHABLE",
      `error: The service at http://127.0.0.1:3001 did not answer in time.\n${up}`,
    ],
    "wrong password": [
      answered(401, "INVALID_CREDENTIALS"),
      "SIGN_IN",
      "error: It says no.\n  401 INVALID_CREDENTIALS, request id r-1\nTry: retry with the right password\n",
    ],
    "no sign-in": [
      answered(401, "UNAUTHENTICATED" as Code),
      "SIGN_IN",
      "error: It says no.\n  401 UNAUTHENTICATED, request id r-1\nTry: ordersctl login\n",
    ],
    "not permitted": [
      answered(403, "FORBIDDEN"),
      "SIGN_IN",
      "error: It says no.\n  403 FORBIDDEN, request id r-1\nTry: ordersctl whoami\n     ordersctl login   (as a user with that permission)\n",
    ],
    "of somebody who is suspended": [
      answered(403, "ACCOUNT_SUSPENDED"),
      "SIGN_IN",
      "error: It says no.\n  403 ACCOUNT_SUSPENDED, request id r-1\nTry: ordersctl users activate USER   (administrators)\n     ordersctl logs --trace r-1\n",
    ],
    "too often": [
      answered(429, "UNKNOWN", { retryAfterSeconds: 7 }),
      "FAILED",
      "error: It says no.\n  429 UNKNOWN, request id r-1\nTry: retry in 7 s\n",
    ],
    "not now": [
      answered(503, "UNKNOWN", { retryAfterSeconds: 2, requestId: undefined }),
      "UNREACHABLE",
      "error: It says no.\n  503 UNKNOWN\nTry: retry in 2 s\n     ordersctl health\n",
    ],
    "broken inside": [
      answered(500, "INTERNAL_ERROR"),
      "FAILED",
      "error: It says no.\n  500 INTERNAL_ERROR, request id r-1\nTry: ordersctl logs --trace r-1\n",
    ],
    "refused by another service": [
      answered(409, "INSUFFICIENT_STOCK"),
      "FAILED",
      "error: It says no.\n  409 INSUFFICIENT_STOCK, request id r-1\nTry: ordersctl logs --trace r-1\n",
    ],
    "not now, by a request that is known": [
      answered(503, "SERVICE_UNAVAILABLE"),
      "UNREACHABLE",
      "error: It says no.\n  503 SERVICE_UNAVAILABLE, request id r-1\nTry: retry in 1 s\n     ordersctl health\n     ordersctl logs --trace r-1\n",
    ],
    "several fields": [
      answered(400, "VALIDATION_FAILED" as Code, {
        details: {
          fields: [{ path: "/email", message: "is no address" }, { path: "/name", message: "is missing" }, 7],
        },
      }),
      "FAILED",
      "error: It says no.\n  /email: is no address\n  /name: is missing\n  400 VALIDATION_FAILED, request id r-1\n",
    ],
    "not by the contract": [
      new InvalidAnswerError("http://127.0.0.1:3001/users", "no id"),
      "FAILED",
      "error: http://127.0.0.1:3001/users answered what the contract does not allow: no id\nTry: ordersctl version   (are both of the same release?)\n",
    ],
  };
  for (const [name, [error, exit, text]] of Object.entries(cases))
    test(name, async () => {
      const reported: unknown = await report(error);
      expect(reported).toEqual({ exit, text });
    });
});

test("a request that went through a proxy names it, without its password, unless a service answered", async () => {
  const env = { HTTP_PROXY: `http://${["ada", "secret"].join(":")}@proxy.example.com:3128`, NO_PROXY: "127.0.0.1" };
  const url = "http://api.example.com/users";
  const through = [
    "  The request went through the proxy http://proxy.example.com:3128 (HTTP_PROXY).",
    "  If api.example.com needs none, add it to NO_PROXY.",
    "",
  ].join("\n");
  for (const error of [
    new NoAnswerError(url, { isTimeout: true }),
    new InvalidAnswerError(url, "not JSON"),
    answered(502, "UNKNOWN", { requestId: undefined, url }),
  ])
    expect((await report(error, false, env)).text).toContain(through);
  for (const error of [caused("ConnectionRefused"), answered(409, "CONFLICT", { url })])
    expect((await report(error, false, env)).text).not.toContain("proxy");
  const tunnel = Object.assign(new Error("Proxy refused to open a tunnel: 403"), { code: "ERR_PROXY_TUNNEL" });
  const { text } = await report(new NoAnswerError(url, { isTimeout: false, cause: tunnel }));
  expect(text).toContain(" does not answer (Proxy refused to open a tunnel: 403).\n");
});

test("what an error quotes cannot steer the terminal", async () => {
  const { text } = await report(new CliError("a\u001b[2Jb", { why: ["c\u0007"], tries: ["d\re"] }));
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test("--debug adds the stacks of the error and of its causes", async () => {
  const error = new CliError("outer", { cause: new Error("middle", { cause: new Error("inner") }) });
  expect((await report(error)).text).toBe("error: outer\n");
  const { text } = await report(error, true);
  expect(text).toMatch(/CliError: outer\n +at /);
  expect(text).toMatch(/caused by Error: middle[\s\S]*caused by Error: inner/);
});
