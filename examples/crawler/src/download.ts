/** One HTTP request, with the limits and the patience of a polite crawler. It goes nowhere without being told that it may. */
import { setTimeout as sleep } from "node:timers/promises";
import { MAX_REDIRECTS } from "./limits.ts";
import type { Fetched } from "./protocols.ts";
import { readAddress } from "./web-address.ts";

export interface DownloadLimits {
  readonly timeoutMs: number;
  /** Of a body, as it is after decompression. */
  readonly maxBytes: number;
  /** How often a request is tried again when the network or the server fails. */
  readonly retries: number;
  readonly userAgent: string;
}

export interface Download extends Fetched {
  /** The address after redirects. */
  readonly finalUrl: string;
  /** Whether a link to it leads somewhere. */
  readonly ok: boolean;
  readonly text: string;
  readonly isHtml: boolean;
}

/** Says why a redirect to `target` must not be followed; undefined when it may be. */
export type Refuse = (target: string) => string | undefined | Promise<string | undefined>;

const FIRST_RETRY_MS = 200;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Gets `url`. Never throws: what went wrong is in `problem`. Gives up when `signal` is aborted. */
export async function download(
  url: string,
  limits: DownloadLimits,
  signal: AbortSignal,
  refuse: Refuse,
): Promise<Download> {
  for (let attempt = 0; ; attempt++) {
    const result = await tryOnce(url, limits, signal, refuse);
    const worthRetrying = result.status === undefined || result.status === 429 || result.status >= 500;
    if (!worthRetrying || attempt === limits.retries || signal.aborted) return result;
    await sleep(FIRST_RETRY_MS * 2 ** attempt, undefined, { signal }).catch(() => {});
  }
}

async function tryOnce(url: string, limits: DownloadLimits, signal: AbortSignal, refuse: Refuse): Promise<Download> {
  const begin = performance.now();
  const outcome = { url, finalUrl: url, status: undefined, ok: false, text: "", isHtml: false, bytes: 0 };
  // Not AbortSignal.timeout(): inside AbortSignal.any() nothing else holds it, and collected it never fires.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer within ${limits.timeoutMs} ms`)), limits.timeoutMs);
  try {
    const { response, finalUrl, ...misled } = await follow(url, refuse, {
      headers: { "user-agent": limits.userAgent, accept: "text/html, */*;q=0.1" },
      redirect: "manual",
      signal: AbortSignal.any([signal, limit.signal]),
    });
    const { status } = response;
    const answered = { ...outcome, finalUrl, status, ok: status < 400, problem: undefined, ...misled };
    if (answered.problem !== undefined) return { ...answered, milliseconds: performance.now() - begin };
    const body = await read(response, limits.maxBytes);
    const isHtml =
      response.ok && /^(text\/html|application\/xhtml\+xml)\b/.test(response.headers.get("content-type") ?? "");
    return { ...answered, isHtml, ...body, milliseconds: performance.now() - begin };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const problem = cause instanceof Error ? cause.message || cause.name : String(cause);
    return { ...outcome, problem, milliseconds: performance.now() - begin };
  } finally {
    clearTimeout(timer);
  }
}

interface Followed {
  readonly response: Response;
  readonly finalUrl: string;
  /** Why it ends at a redirect. */
  readonly problem?: string;
  readonly ok?: boolean;
}

/** Requests `url`, and whatever it redirects to. */
async function follow(url: string, refuse: Refuse, options: RequestInit): Promise<Followed> {
  let finalUrl = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(finalUrl, options);
    if (!REDIRECTS.includes(response.status)) return { response, finalUrl };
    await response.body?.cancel();
    const end = { response, finalUrl, ok: false };
    const location = response.headers.get("location");
    if (location === null) return { ...end, problem: "redirects, and does not say where to" };
    const target = readAddress(location, finalUrl);
    if (!target.ok) return { ...end, problem: `redirects to ${target.error}` };
    if (redirects === MAX_REDIRECTS) return { ...end, problem: `redirects more than ${MAX_REDIRECTS} times` };
    target.value.hash = "";
    const { href } = target.value;
    const refusal = await refuse(href);
    if (refusal !== undefined) return { ...end, ok: true, problem: `redirects to ${href}, ${refusal}` };
    finalUrl = href;
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
