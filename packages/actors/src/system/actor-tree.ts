/**
 * The tree of the living actors of one system, by parent and name. Upstream are the spawner, which adds them, and the runtime,
 * which removes and finds them; the children of an actor stand in its cell.
 */
import type { Cell } from "../cell/cell.ts";
import { Siblings } from "../cell/siblings.ts";

export class ActorTree {
  readonly #roots = new Siblings<Cell>();

  /** The actors without a parent, in the order they were spawned. */
  get roots(): Cell[] {
    return this.#roots.list();
  }

  add(cell: Cell): void {
    if (cell.parent === undefined) this.#roots.add(cell);
    else cell.parent.addChild(cell);
  }

  /** Removes an actor that has ended; its parent has removed it if there is one. */
  remove(cell: Cell): void {
    if (cell.parent === undefined) this.#roots.remove(cell);
  }

  find(parent: Cell | undefined, name: string): Cell | undefined {
    return parent === undefined ? this.#roots.find(name) : parent.child(name);
  }

  /** Returns the actor at a path such as `/parent/name`. */
  lookup(path: string): Cell | undefined {
    const [first, ...names] = path.split("/");
    if (first !== "") return undefined;
    let cell: Cell | undefined;
    for (const name of names) {
      cell = this.find(cell, name);
      if (cell === undefined) return undefined;
    }
    return cell;
  }

  /**
   * Returns the name of the next actor, `stem` and its `id`, with a mark if an actor was given that name; undefined if the name is
   * free, as nearly always.
   */
  markedName(parent: Cell | undefined, stem: string, id: number): string | undefined {
    const siblings = parent === undefined ? this.#roots : parent.siblings;
    if (siblings?.hasNamed !== true) return undefined;
    const own = `${stem}-${id}`;
    let name = own;
    while (siblings.find(name) !== undefined) name += "'";
    return name === own ? undefined : name;
  }
}

/** Returns `roots` and all actors below, each before its children; a tree may be deeper than the stack. */
export function withDescendants(roots: readonly Cell[]): Cell[] {
  const all: Cell[] = [];
  const pending = [...roots].reverse();
  for (let cell = pending.pop(); cell !== undefined; cell = pending.pop()) {
    all.push(cell);
    for (const child of cell.children.reverse()) pending.push(child);
  }
  return all;
}
