import { type AnyElysia, Elysia } from "elysia";
import styleFile from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import bundleFile from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import { type DocumentInfo, openApiDocument } from "./document.ts";
import { initScript, page, pageStyle } from "./page.ts";

/** The policy under which the Swagger page renders: everything from this host, no inline script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
const ASSET_CACHE = "public, max-age=3600";

/** GET /swagger (our page, our assets, nothing from another host) and GET /swagger/json (the document). */
export function swaggerRoutes(features: AnyElysia, info: DocumentInfo) {
  let document: Promise<Record<string, unknown>> | undefined;
  const cached = { "cache-control": ASSET_CACHE };
  return new Elysia({ detail: { hide: true } })
    .get("/swagger", () =>
      answer(page(info.title), "text/html; charset=utf-8", { "content-security-policy": PAGE_POLICY }),
    )
    .get("/swagger/json", () => (document ??= openApiDocument(features, info)))
    .get("/swagger/init.js", () => answer(initScript, "text/javascript; charset=utf-8", cached))
    .get("/swagger/page.css", () => answer(pageStyle, "text/css; charset=utf-8", cached))
    .get("/swagger/swagger-ui-bundle.js", () => answer(Bun.file(bundleFile), "text/javascript; charset=utf-8", cached))
    .get("/swagger/swagger-ui.css", () => answer(Bun.file(styleFile), "text/css; charset=utf-8", cached));
}

const answer = (body: string | Blob, contentType: string, headers: Record<string, string>) =>
  new Response(body, { headers: { "content-type": contentType, ...headers } });
