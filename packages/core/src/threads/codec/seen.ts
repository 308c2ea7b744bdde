/**
 * The set of the objects of one message, by which the encoder notices one that occurs twice. Most messages have few objects:
 * comparing those one by one is faster than any table. It refers to no object between messages.
 */
const FEW = 32;

export class Seen {
  readonly #few: (object | undefined)[] = new Array<object | undefined>(FEW).fill(undefined);
  #count = 0;
  #many: Set<object> | undefined = undefined;

  /** Adds `value`; returns whether it was in already. */
  has(value: object): boolean {
    const few = this.#few;
    const count = this.#count;
    if (count === FEW) return this.#hasMany(value);
    for (let n = 0; n < count; n++) if (few[n] === value) return true;
    few[count] = value;
    this.#count = count + 1;
    return false;
  }

  clear(): void {
    while (this.#count > 0) this.#few[--this.#count] = undefined;
    this.#many = undefined;
  }

  #hasMany(value: object): boolean {
    this.#many ??= new Set(this.#few as object[]);
    const { size } = this.#many;
    return this.#many.add(value).size === size;
  }
}
