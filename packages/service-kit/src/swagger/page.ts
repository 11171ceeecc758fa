/** The Swagger page of a service: no inline script, so that it renders under a strict policy. */
export const page = (title: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/swagger/swagger-ui.css">
    <link rel="stylesheet" href="/swagger/page.css">
  </head>
  <body>
    <main id="swagger-ui"></main>
    <noscript>This page needs JavaScript. The document itself is at <a href="/swagger/json">/swagger/json</a>.</noscript>
    <script src="/swagger/swagger-ui-bundle.js"></script>
    <script src="/swagger/init.js"></script>
  </body>
</html>
`;

/** Starts Swagger UI on the service's own document; a token stays in the tab until it is closed. */
export const initScript = `window.ui = SwaggerUIBundle({
  url: "/swagger/json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  showExtensions: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
`;

/** What the page adds to Swagger UI's own style. No answer has links: their column is what is too wide for a phone. */
export const pageStyle = `body { margin: 0; }
.swagger-ui .topbar { display: none; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .response-col_links { display: none; }
@media (max-width: 600px) {
  .swagger-ui .opblock-summary-description { display: none; }
  .swagger-ui .wrapper { padding: 0 10px; }
  .swagger-ui .servers > label { margin-right: 0; }
  .swagger-ui .opblock .opblock-section-header { flex-wrap: wrap; }
}
`;
