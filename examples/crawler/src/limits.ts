/**
 * What a stranger's website may cost: every limit of a crawl that is no option of the command line. Whatever is refused or cut
 * off is in the report, as a problem or among the links that were left out.
 */

/** Characters of an address. Longer ones are left out. */
export const MAX_URL = 2000;
/** Redirects in a row. */
export const MAX_REDIRECTS = 5;

/** Bytes of robots.txt, the least that RFC 9309 allows. The rest is not heeded. */
export const MAX_ROBOTS_BYTES = 512_000;
export const ROBOTS_TIMEOUT_MS = 10_000;
/** The longest `Crawl-delay` that is heeded. */
export const MAX_CRAWL_DELAY_MS = 5000;
/** Rules that take longer than this in sum, and a millisecond for each address, are taken to disallow everything. */
export const MAX_RULES_MS = 5000;

/** Links of a page that are followed. */
export const MAX_LINKS = 10_000;
/** Anchors of a page. When it has more, no link to one of them is said to be broken. */
export const MAX_ANCHORS = 10_000;
/** Distinct terms of a page, and of all pages. Others are counted as words only. */
export const MAX_TERMS = 10_000;
export const MAX_ALL_TERMS = 100_000;
/** Characters of a title, of a heading and of the text of a link. */
export const MAX_TEXT = 200;
export const MAX_HEADINGS = 1000;
/** Headings and links that are open at the same time. */
export const MAX_OPEN = 100;

/** Memory for all links and anchors. Links that find no room are left out; anchors that find none are not checked. */
export const MAX_LINK_BYTES = 128_000_000;

/** Problems and failures in the report. */
export const MAX_LISTED = 1000;
/** Characters of a text in the report for people. */
export const MAX_PRINTED = 160;
