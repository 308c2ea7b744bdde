/** Values of a depth that is chosen, made without recursion. */
export const DEEP_KINDS = ["objects", "arrays", "Maps", "Sets", "errors", "instances"] as const;
export type DeepKind = (typeof DEEP_KINDS)[number];

class Link {
  readonly next: unknown;
  constructor(next: unknown) {
    this.next = next;
  }
}

/** Returns a value of so many levels, the outermost one counted. */
export function deep(kind: DeepKind, levels: number): object {
  let value: unknown = 1;
  for (let n = 0; n < levels; n++) value = around(kind, value);
  return value as object;
}

function around(kind: DeepKind, value: unknown): object {
  switch (kind) {
    case "objects":
      return { next: value };
    case "arrays":
      return [value];
    case "Maps":
      return new Map([["next", value]]);
    case "Sets":
      return new Set([value]);
    case "errors": {
      const error = new Error("deep", { cause: value });
      error.stack = "";
      return error;
    }
    case "instances":
      return new Link(value);
  }
}
