/**
 * A list of operations that wait, in the order in which they came. It is intrusive and doubly linked, so that an operation that
 * times out or is aborted leaves in constant time, without a search. A node is in at most one list.
 */
export interface WaitNode {
  previous: WaitNode | undefined;
  next: WaitNode | undefined;
}

export class WaitList<N extends WaitNode> {
  head: N | undefined = undefined;
  tail: N | undefined = undefined;
  length = 0;

  push(node: N): void {
    const tail = this.tail;
    node.previous = tail;
    if (tail === undefined) this.head = node;
    else tail.next = node;
    this.tail = node;
    this.length++;
  }

  shift(): N | undefined {
    const head = this.head;
    if (head !== undefined) this.remove(head);
    return head;
  }

  /** Empties the list, one node after the other, also of the nodes that `visit` adds meanwhile. */
  clear(visit: (node: N) => void): void {
    for (let node = this.shift(); node !== undefined; node = this.shift()) visit(node);
  }

  /** Unlinks a node that is in this list. */
  remove(node: N): void {
    const { previous, next } = node;
    if (previous === undefined) this.head = next as N | undefined;
    else previous.next = next;
    if (next === undefined) this.tail = previous as N | undefined;
    else next.previous = previous;
    node.previous = node.next = undefined;
    this.length--;
  }
}
