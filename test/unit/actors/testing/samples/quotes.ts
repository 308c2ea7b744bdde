/**
 * A reply after a restart: a desk numbers its enquiries, and remembers who waits for which. When it restarts, it begins at 1
 * again; the answer to an enquiry of its last incarnation is then given to somebody else.
 */
import type { Address, Context } from "@pneumatic/actors";
import { implement } from "@pneumatic/actors";
import type { Fault, Scenario } from "@pneumatic/actors/testing";
import { probe } from "@pneumatic/actors/testing";

interface Customer {
  price(payload: { item: string }): void;
}
interface Desk {
  enquire(payload: { item: string; customer: Address<Customer> }): void;
  found(payload: { id: string; item: string }): void;
}
interface Catalogue {
  find(payload: { id: string; item: string; desk: Address<Desk> }): void;
}
interface Enquiries {
  readonly catalogue: Address<Catalogue>;
  readonly waiting: Map<string, Address<Customer>>;
  newId(): string;
}

const catalogue = implement<Catalogue>()({
  on: {
    find: (_, { id, item, desk }) => {
      using asker = desk;
      asker.tell({ type: "found", id, item });
    },
  },
});

/** The desk does not await the catalogue: it goes on with the next customer meanwhile. */
const on = {
  enquire: ({ state, self, own }: Context<Enquiries, Desk>, message: { item: string; customer: Address<Customer> }) => {
    const { item, customer } = message;
    const id = state.newId();
    state.waiting.set(id, own(customer));
    const desk = self.upgrade();
    if (desk !== undefined) state.catalogue.tell({ type: "find", id, item, desk });
  },
  found: ({ state }: Context<Enquiries, Desk>, { id, item }: { id: string; item: string }) => {
    state.waiting.get(id)?.tell({ type: "price", item });
    state.waiting.delete(id);
  },
};

function numbersAfter(prefix: string): () => string {
  let number = 0;
  return () => `${prefix}${++number}`;
}

/** The numbers begin again at every start, and what is under way knows nothing of it. */
export const forgetfulDesk = implement<Desk>()({
  state: (catalogue: Address<Catalogue>): Enquiries => {
    return { catalogue, waiting: new Map(), newId: numbersAfter("") };
  },
  on,
});

/** Each incarnation has numbers of its own: an answer for another one is nobody's. */
export const mindfulDesk = implement<Desk>()({
  state: (catalogue: Address<Catalogue>, { generation }): Enquiries => {
    return { catalogue, waiting: new Map(), newId: numbersAfter(`${generation}-`) };
  },
  on,
});

/** Now and then the desk panics when it has done its work. A customer may be left without an answer; none gets a wrong one. */
export const nerves: readonly Fault[] = [{ kind: "panic", actor: "/desk", at: "end", chance: 0.1 }];

export function morningAt(definition: typeof forgetfulDesk): Scenario {
  return async (system) => {
    using books = system.spawn(catalogue, { name: "catalogue" });
    using desk = system.spawn(definition, { name: "desk", args: books.clone() });
    using ada = probe<Customer>(system);
    using ben = probe<Customer>(system);
    desk.tell({ type: "enquire", item: "tea", customer: ada.address.clone() });
    desk.tell({ type: "enquire", item: "bread", customer: ben.address.clone() });
    await system.settle();
    if (ada.messages.some(({ item }) => item !== "tea")) throw new Error(`${ada.address.path} did not ask for bread`);
    if (ben.messages.some(({ item }) => item !== "bread")) throw new Error(`${ben.address.path} did not ask for tea`);
  };
}
