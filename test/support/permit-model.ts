/**
 * A channel with permits, written as naively as can be: arrays, and every count computed from them. It tells what a real
 * one must answer at once, and what its promises must come to.
 */

interface WaitingSend {
  readonly id: number;
  readonly slots: number;
  /** Undefined for a reservation. */
  readonly value: number | undefined;
}

export class PermitModel {
  readonly capacity: number;
  /** `"3: ok"`: what the promise of operation number 3 comes to. */
  readonly log: string[] = [];
  /** The permits that live, by the operation that reserved them and their place among its own. */
  permits: string[] = [];
  #queue: number[] = [];
  #waitingSends: WaitingSend[] = [];
  #waiting: number | undefined;
  #hasSender = true;
  #isClosed = false;
  #isDropped = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#queue.length;
  }

  get available(): number {
    return this.capacity - this.#queue.length - (this.#isDropped ? 0 : this.permits.length);
  }

  get isOpen(): boolean {
    if (this.#isClosed) return false;
    return this.#hasSender || this.permits.length > 0 || this.#waitingSends.some(({ value }) => value === undefined);
  }

  get hasSender(): boolean {
    return this.#hasSender;
  }

  get hasReceiver(): boolean {
    return !this.#isDropped;
  }

  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** What an attempt comes to; `id` is the operation, and the value it sends. */
  try(id: number, slots: number, isSend: boolean): string {
    if (!this.isOpen) return "disconnected";
    if (slots > 0 && (this.#waitingSends.length > 0 || slots > this.available)) return "full";
    if (isSend) this.#deliver(id);
    else this.#grant(id, slots);
    return "ok";
  }

  begin(id: number, slots: number, isSend: boolean): void {
    const outcome = this.try(id, slots, isSend);
    if (outcome === "full") this.#waitingSends.push({ id, slots, value: isSend ? id : undefined });
    else this.log.push(`${id}: ${outcome}`);
  }

  abort(id: number): void {
    const isWaiting = this.#waitingSends.some((waiting) => waiting.id === id);
    this.#waitingSends = this.#waitingSends.filter((waiting) => waiting.id !== id);
    if (isWaiting || this.#waiting === id) this.log.push(`${id}: aborted`);
    if (this.#waiting === id) this.#waiting = undefined;
    this.#settle();
  }

  use(permit: string, value: number | undefined): string {
    this.permits = this.permits.filter((each) => each !== permit);
    if (value !== undefined && !this.#isDropped) this.#deliver(value);
    this.#settle();
    return this.#isDropped && value !== undefined ? "disconnected" : "ok";
  }

  tryRecv(): string {
    const value = this.#take();
    if (value !== undefined) return `${value}`;
    return this.#hasEnded ? "disconnected" : "empty";
  }

  recv(id: number): void {
    const value = this.#take();
    if (value !== undefined) this.log.push(`${id}: ${value}`);
    else if (this.#hasEnded) this.log.push(`${id}: disconnected`);
    else this.#waiting = id;
  }

  dropSender(): void {
    this.#hasSender = false;
    this.#settle();
  }

  close(): void {
    this.#isClosed = true;
    for (const { id } of this.#waitingSends) this.log.push(`${id}: disconnected`);
    this.#waitingSends = [];
    this.#settle();
  }

  dropReceiver(): void {
    this.#isDropped = true;
    this.#queue = [];
    this.close();
  }

  get #hasEnded(): boolean {
    const permits = this.#isDropped ? 0 : this.permits.length;
    return !this.isOpen && this.#queue.length + this.#waitingSends.length + permits === 0;
  }

  #take(): number | undefined {
    const value = this.#queue.shift();
    this.#settle();
    return value;
  }

  #deliver(value: number): void {
    if (this.#waiting === undefined) this.#queue.push(value);
    else this.log.push(`${this.#waiting}: ${value}`);
    this.#waiting = undefined;
  }

  #grant(id: number, slots: number): void {
    for (let n = 0; n < slots; n++) this.permits.push(`${id}.${n}`);
  }

  /** Lets in who fits, in order; ends a receive when nothing can come. */
  #settle(): void {
    for (
      let [first] = this.#waitingSends;
      first !== undefined && first.slots <= this.available;
      [first] = this.#waitingSends
    ) {
      this.#waitingSends.shift();
      if (first.value === undefined) this.#grant(first.id, first.slots);
      else this.#deliver(first.value);
      this.log.push(`${first.id}: ok`);
    }
    if (this.#waiting === undefined || !this.#hasEnded) return;
    this.log.push(`${this.#waiting}: disconnected`);
    this.#waiting = undefined;
  }
}
