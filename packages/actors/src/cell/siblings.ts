/**
 * The actors with one parent, in the order they were made: an intrusive, doubly linked list. Only names that users chose are
 * in a map. For actors that come and go a map alone would do harm: each table that V8 outgrows points to the next, so one
 * old table keeps every later one, and the actors in it, until the next full collection.
 */

/** A member of the list. */
export interface Sibling {
  readonly id: number;
  readonly name: string;
  /** True if the name was chosen; otherwise it ends in the id. */
  readonly isNamed: boolean;
  previous: Sibling | undefined;
  next: Sibling | undefined;
}

export class Siblings<S extends Sibling> {
  #first: Sibling | undefined = undefined;
  #last: Sibling | undefined = undefined;
  #named: Map<string, Sibling> | undefined = undefined;

  add(sibling: S): void {
    sibling.previous = this.#last;
    if (this.#last === undefined) this.#first = sibling;
    else this.#last.next = sibling;
    this.#last = sibling;
    if (!sibling.isNamed) return;
    this.#named ??= new Map();
    this.#named.set(sibling.name, sibling);
  }

  remove(sibling: S): void {
    const { previous, next } = sibling;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    sibling.previous = sibling.next = undefined;
    if (sibling.isNamed) this.#named?.delete(sibling.name);
  }

  /** True if any name was chosen. */
  get hasNamed(): boolean {
    return this.#named !== undefined && this.#named.size > 0;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** First to last. */
  list(): S[] {
    const list: S[] = [];
    for (let each = this.#first; each !== undefined; each = each.next) list.push(each as S);
    return list;
  }

  find(name: string): S | undefined {
    const named = this.#named?.get(name);
    if (named !== undefined) return named as S;
    const id = Number(/-(\d+)$/.exec(name)?.[1]);
    for (let each = Number.isNaN(id) ? undefined : this.#first; each !== undefined; each = each.next) {
      if (each.id === id && each.name === name) return each as S;
    }
    return undefined;
  }
}
