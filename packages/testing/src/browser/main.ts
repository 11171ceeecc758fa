import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { commandOptions } from "@pos/command-options";
import { startStack, type Stack } from "../stack.ts";

// `bun run browser`: the Swagger page of each service in a real Chromium against a real stack: it renders, nothing
// leaves this host, the console stays empty, Authorize and Try it out work by mouse and keyboard, and it can be read
// on a phone. Screenshots go to artifacts/browser. Ends with `N passed, N failed`.

const EXECUTABLE = process.env["CHROMIUM_BIN"] ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WIDTHS = [375, 1280] as const;
const WAIT_MS = 15_000;
const artifacts = join(import.meta.dir, "../../../../artifacts/browser");

interface Visit {
  readonly page: Page;
  readonly stack: Stack;
  readonly name: "user" | "product" | "order";
}

let passed = 0;
let failed = 0;
async function check(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    passed++;
    console.log(`✓ ${what}`);
  } catch (error) {
    failed++;
    console.log(`✗ ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function expect(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

/** Opens the Authorize dialog with the keyboard, puts the token in, and closes it. */
async function authorize({ page, stack }: Visit): Promise<void> {
  await page.locator("button.authorize").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".auth-container input").first().fill(stack.adminToken);
  await page.locator(".auth-btn-wrapper button.authorize").click();
  await page.locator(".auth-btn-wrapper button.btn-done").click();
}

/** Opens an operation, by keyboard. */
async function open({ page }: Visit, operation: string): Promise<void> {
  await page.locator(`[id$="-${operation}"] .opblock-summary-control`).focus();
  await page.keyboard.press("Enter");
}

/** Fills in the body of an open operation, sends it, and reads from where it was answered and with which status. */
async function tryOut({ page, name, stack }: Visit, { operation, body }: FirstRequest): Promise<string> {
  const block = page.locator(`[id$="-${operation}"]`);
  await block.locator("textarea.body-param__text").fill(JSON.stringify(await body(stack)));
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST", { timeout: WAIT_MS });
  await block.locator("button.execute").click();
  const answer = await answered;
  const shown = block.locator(".live-responses-table .response-col_status", { hasText: String(answer.status()) });
  await shown.last().waitFor({ timeout: WAIT_MS });
  return `${answer.status()} ${answer.url().slice(stack.urls[name].length)}`;
}

interface FirstRequest {
  readonly operation: string;
  body(stack: Stack): Promise<unknown>;
}
const product = { name: "Thing", description: "", price: 1.5, stock: 3 };
const firstRequests: Record<Visit["name"], FirstRequest> = {
  user: {
    operation: "createUser",
    body: async () => ({ email: `${crypto.randomUUID()}@example.com`, password: "correct horse", name: "Ada" }),
  },
  product: { operation: "createProduct", body: async () => product },
  order: {
    operation: "placeOrder",
    async body(stack) {
      const { id: productId } = await stack.admin.products.create(product);
      const { id: userId } = await stack.customer();
      return { userId, items: [{ productId, quantity: 1 }] };
    },
  },
};

/** Checks that nothing is wider than the window. */
async function checkWidths({ page, name }: Visit, what: string, file: string): Promise<void> {
  for (const width of WIDTHS) {
    await check(`${name}: ${what} at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 900 });
      const overflow = Number(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"));
      await page.screenshot({ path: join(artifacts, `${file}-${width}.png`) });
      expect(overflow <= 0, `the page is ${overflow} px wider than the window`);
    });
  }
}

async function visit(context: BrowserContext, stack: Stack, name: Visit["name"]): Promise<void> {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const messages: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(stack.urls[name]) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  const here: Visit = { page, stack, name };
  await check(`${name}: the page renders every operation`, async () => {
    await page.goto(`${stack.urls[name]}/swagger`);
    await page.locator(".opblock").first().waitFor();
    const document = (await (await fetch(`${stack.urls[name]}/swagger/json`)).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.values(document.paths).reduce((sum, found) => sum + Object.keys(found).length, 0);
    const shown = await page.locator(".opblock").count();
    expect(shown === operations, `${shown} operations are shown, ${operations} documented`);
  });
  await checkWidths(here, "readable", name);
  await check(`${name}: Authorize and Try it out, by keyboard`, async () => {
    await authorize(here);
    await open(here, firstRequests[name].operation);
    const answered = await tryOut(here, firstRequests[name]);
    await page.screenshot({ path: join(artifacts, `${name}-answer.png`) });
    expect(answered === `201 /${name}s`, `answered ${answered}`);
  });
  await check(`${name}: Try it out at the other server that the document names`, async () => {
    await page.locator(".servers select").selectOption("/api/v1");
    const answered = await tryOut(here, firstRequests[name]);
    expect(answered === `201 /api/v1/${name}s`, `answered ${answered}`);
  });
  await checkWidths(here, "an open operation with its answer is readable", `${name}-open`);
  await check(`${name}: nothing leaves this host and the console is empty`, async () => {
    expect(foreign.length === 0, `requests to ${foreign.join(", ")}`);
    expect(messages.length === 0, messages.join("; "));
  });
  await page.close();
}

commandOptions("Usage: bun run browser\nOpens the Swagger pages of a real stack in Chromium (CHROMIUM_BIN).", {});
mkdirSync(artifacts, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), "browser-"));
const stack = await startStack();
const context = await chromium.launchPersistentContext(profile, {
  executablePath: EXECUTABLE,
  headless: true,
  args: FLAGS,
});
try {
  for (const name of ["user", "product", "order"] as const) await visit(context, stack, name);
} finally {
  await context.close();
  await stack.stop();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
