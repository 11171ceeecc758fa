/** A span as a collector sees it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer";
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

const kinds = [undefined, "internal", "server", "client", "producer", "consumer"] as const;
const STATUS_ERROR = 2;

type Json = Readonly<Record<string, unknown>>;

/** A collector that takes traces by OTLP/HTTP in its JSON form and keeps them; whatever breaks the form is refused. */
export function otlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const refused: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/v1/traces": {
        async POST(request) {
          try {
            if (request.headers.get("content-type") !== "application/json") throw new Error("no JSON");
            spans.push(...readExport(await request.json()));
            return Response.json({ partialSuccess: {} });
          } catch (error) {
            refused.push(String(error));
            return Response.json({ code: 3, message: String(error) }, { status: 400 });
          }
        },
      },
    },
    fetch: () => new Response(null, { status: 404 }),
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    spans: (): readonly ReceivedSpan[] => spans,
    refused: (): readonly string[] => refused,
    stop: () => server.stop(true),
  };
}

/** Decodes an ExportTraceServiceRequest (OpenTelemetry protocol, JSON encoding). @throws Error naming what is wrong */
function readExport(body: unknown): readonly ReceivedSpan[] {
  return objects(body, "resourceSpans").flatMap((resourceSpan) => {
    const service = readAttributes(resourceSpan["resource"])["service.name"];
    if (typeof service !== "string") throw new Error("a resource without service.name");
    return objects(resourceSpan, "scopeSpans").flatMap((scope) =>
      objects(scope, "spans").map((span) => readSpan(span, service)),
    );
  });
}

function readSpan(span: Json, service: string): ReceivedSpan {
  const kind = kinds[Number(span["kind"])];
  if (kind === undefined) throw new Error(`kind ${String(span["kind"])}`);
  const parent = span["parentSpanId"];
  const startNs = readNanoseconds(span["startTimeUnixNano"]);
  const endNs = readNanoseconds(span["endTimeUnixNano"]);
  if (endNs < startNs) throw new Error("a span that ends before it begins");
  return {
    service,
    traceId: readHex(span["traceId"], 32),
    spanId: readHex(span["spanId"], 16),
    parentSpanId: parent === undefined || parent === "" ? undefined : readHex(parent, 16),
    name: String(span["name"]),
    kind,
    startNs,
    endNs,
    isError: (span["status"] as Json | undefined)?.["code"] === STATUS_ERROR,
    attributes: readAttributes(span),
    links: objects(span, "links").map((link) => ({
      traceId: readHex(link["traceId"], 32),
      spanId: readHex(link["spanId"], 16),
    })),
  };
}

function readAttributes(holder: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    objects(holder, "attributes").map(({ key, value }) => [String(key), Object.values(value as Json)[0]]),
  );
}

function readHex(value: unknown, digits: number): string {
  if (typeof value !== "string" || !new RegExp(`^[0-9a-f]{${digits}}$`).test(value) || /^0+$/.test(value))
    throw new Error(`${String(value)} is no id of ${digits} digits`);
  return value;
}

/** 64-bit numbers are strings in the JSON encoding of protocol buffers. */
function readNanoseconds(value: unknown): bigint {
  if (typeof value !== "string" || !/^\d{19}$/.test(value)) throw new Error(`${String(value)} is no time`);
  return BigInt(value);
}

/** The objects of a repeated field, which is absent when there are none. */
function objects(holder: unknown, field: string): readonly Json[] {
  const value = (holder as Json | undefined)?.[field] ?? [];
  if (!Array.isArray(value)) throw new Error(`${field} is no list`);
  return value as Json[];
}
