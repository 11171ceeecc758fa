import { BODY_MAX_BYTES, BODY_MAX_DEPTH } from "@pos/contracts/limits";
import { AppError } from "./app-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
/** -1e-400 is -0 too. */
const mayHoldNegativeZero = /-0|\de-/i;
const bodiless = new Set(["GET", "HEAD", "DELETE"]);
const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Reads a JSON body: type, coding, size, encoding and depth are checked before anything is parsed.
 * @throws {AppError} UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, VALIDATION_ERROR
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type === null || !jsonType.test(type)) {
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body as content-type: application/json (UTF-8).");
  }
  const coding = request.headers.get("content-encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body as it is, without Content-Encoding.");
  }
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) throw invalid("The body is empty; a JSON object is expected.");
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw invalid("The body is not well-formed UTF-8.", cause);
  }
  if (isTooDeep(text)) throw invalid(`The body nests deeper than ${BODY_MAX_DEPTH} levels.`);
  try {
    // -0 would be stored as such and come back as another value: it is read as 0.
    const parsed: unknown = mayHoldNegativeZero.test(text) ? JSON.parse(text, positiveZero) : JSON.parse(text);
    return parsed;
  } catch (cause) {
    throw invalid("The body is not valid JSON.", cause);
  }
}

/**
 * Refuses a request whose announced body is over the limit, before it is read.
 * @throws {AppError} PAYLOAD_TOO_LARGE; VALIDATION_ERROR if the method takes no body, since its routes document no 413
 */
export function refuseLargeBody({ headers, method }: Request): void {
  const length = headers.get("content-length");
  if (length === null || Number(length) <= BODY_MAX_BYTES) return;
  throw bodiless.has(method) ? invalid(`A ${method} takes no body.`) : tooLarge();
}

async function readBytes(request: Request): Promise<Uint8Array> {
  if (request.headers.get("content-length") !== null || request.body === null) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > BODY_MAX_BYTES) throw tooLarge();
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > BODY_MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

const positiveZero = (_name: string, value: unknown): unknown => (Object.is(value, -0) ? 0 : value);

const invalid = (message: string, cause?: unknown) =>
  new AppError("VALIDATION_ERROR", message, { cause, details: { in: "body" } });

const tooLarge = () =>
  new AppError("PAYLOAD_TOO_LARGE", `The body is larger than ${BODY_MAX_BYTES / 1024} KiB.`, {
    details: { maxBytes: BODY_MAX_BYTES },
  });
