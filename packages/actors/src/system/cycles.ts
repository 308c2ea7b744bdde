/**
 * Finds the cycles in a graph: its strongly connected components of more than one node, and the nodes that point to themselves.
 * After Tarjan (1972), with a stack of its own, since a chain of actors may be longer than the stack of calls.
 */

/** A node that the search has reached. */
interface VisitedNode<N> {
  readonly node: N;
  /** The nodes that it points to, of which the first `done` were visited. */
  readonly next: readonly N[];
  done: number;
  /** The order in which it was reached. */
  readonly index: number;
  /** The index of the earliest node on the trail that can be reached from here. */
  low: number;
  isOnTrail: boolean;
}

/** The cycles among `nodes`, each in the order in which it was reached; edges that leave `nodes` are left out. */
export function cyclesOf<N>(nodes: readonly N[], edges: (node: N) => Iterable<N>): N[][] {
  const known = new Set(nodes);
  const visits = new Map<N, VisitedNode<N>>();
  const trail: VisitedNode<N>[] = [];
  const cycles: N[][] = [];

  const reach = (node: N): VisitedNode<N> => {
    const next = [...edges(node)].filter((target) => known.has(target));
    const visit = { node, next, done: 0, index: visits.size, low: visits.size, isOnTrail: true };
    visits.set(node, visit);
    trail.push(visit);
    return visit;
  };

  const close = (root: VisitedNode<N>): void => {
    const component = trail.splice(trail.lastIndexOf(root));
    for (const visit of component) visit.isOnTrail = false;
    if (component.length > 1 || root.next.includes(root.node)) cycles.push(component.map(({ node }) => node));
  };

  for (const start of nodes) {
    if (visits.has(start)) continue;
    const path = [reach(start)];
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const target = at.next[at.done++];
      if (target === undefined) {
        path.pop();
        const before = path.at(-1);
        if (before !== undefined) before.low = Math.min(before.low, at.low);
        if (at.low === at.index) close(at);
        continue;
      }
      const seen = visits.get(target);
      if (seen === undefined) path.push(reach(target));
      else if (seen.isOnTrail) at.low = Math.min(at.low, seen.index);
    }
  }
  return cycles;
}
