/** One HTTP request, with the limits and the patience of a polite crawler. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fetched } from "./protocols.ts";

export interface DownloadLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** How often a request is tried again when the network or the server fails. */
  readonly retries: number;
  readonly userAgent: string;
}

export interface Download extends Fetched {
  /** The address after redirects. */
  readonly finalUrl: string;
  readonly text: string;
  readonly isHtml: boolean;
}

const FIRST_RETRY_MS = 200;

/** Gets `url`. Never throws: what went wrong is in `problem`. Gives up when `signal` is aborted. */
export async function download(url: string, limits: DownloadLimits, signal: AbortSignal): Promise<Download> {
  for (let attempt = 0; ; attempt++) {
    const result = await tryOnce(url, limits, signal);
    const worthRetrying = result.status === undefined || result.status === 429 || result.status >= 500;
    if (!worthRetrying || attempt === limits.retries || signal.aborted) return result;
    await sleep(FIRST_RETRY_MS * 2 ** attempt, undefined, { signal }).catch(() => {});
  }
}

async function tryOnce(url: string, limits: DownloadLimits, signal: AbortSignal): Promise<Download> {
  const begin = performance.now();
  const outcome = { url, finalUrl: url, status: undefined, problem: undefined, text: "", isHtml: false, bytes: 0 };
  // Not AbortSignal.timeout(): inside AbortSignal.any() nothing else holds it, and collected it never fires.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${limits.timeoutMs} ms`)), limits.timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { "user-agent": limits.userAgent, accept: "text/html, */*;q=0.1" },
      signal: AbortSignal.any([signal, limit.signal]),
    });
    const { bytes, text, problem } = await read(response, limits.maxBytes);
    const isHtml =
      response.ok && /^(text\/html|application\/xhtml\+xml)\b/.test(response.headers.get("content-type") ?? "");
    const { status, url: finalUrl } = response;
    return { ...outcome, finalUrl, status, problem, text, isHtml, bytes, milliseconds: performance.now() - begin };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const problem = cause instanceof Error ? cause.message || cause.name : String(cause);
    return { ...outcome, problem, milliseconds: performance.now() - begin };
  } finally {
    clearTimeout(timer);
  }
}

/** The body, up to a limit. */
async function read(
  response: Response,
  maxBytes: number,
): Promise<{ bytes: number; text: string; problem: string | undefined }> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return { bytes, text, problem: `cut off after ${maxBytes} bytes` };
    text += decoder.decode(chunk, { stream: true });
  }
  return { bytes, text: text + decoder.decode(), problem: undefined };
}
