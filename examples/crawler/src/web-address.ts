/** Reads addresses that strangers wrote: in links, and in redirects. */
import type { Result } from "@pneumatic/core";
import { err, ok } from "@pneumatic/core";
import { MAX_URL } from "./limits.ts";

/** Why an address is not for a crawler; a sentence goes on with it. */
export type NoAddress = (typeof NO_ADDRESS)[keyof typeof NO_ADDRESS];

export const NO_ADDRESS = {
  malformed: "something that is no address",
  notWeb: "something that is not on the web",
  tooLong: `an address of more than ${MAX_URL} characters`,
  credentials: "an address with a user name or a password",
} as const;

/** The address that `text` is on a page at `base`, when it can be fetched. */
export function readAddress(text: string, base?: string): Result<URL, NoAddress> {
  if (!URL.canParse(text, base)) return err(NO_ADDRESS.malformed);
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") return err(NO_ADDRESS.notWeb);
  if (url.href.length > MAX_URL) return err(NO_ADDRESS.tooLong);
  if (url.username !== "" || url.password !== "") return err(NO_ADDRESS.credentials);
  return ok(url);
}
