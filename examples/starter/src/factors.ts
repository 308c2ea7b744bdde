/** A thread actor: the module that its thread imports. It computes for up to a second, and nobody else is held up. */
import { actor } from "@pneumatic/actors";

export const factors = actor({
  on: {
    /** The prime factors of a whole number from 2. */
    of: (_context, { n }: { n: number }) => {
      const found: number[] = [];
      let rest = n;
      for (let divisor = 2; divisor * divisor <= rest; divisor += divisor === 2 ? 1 : 2) {
        for (; rest % divisor === 0; rest /= divisor) found.push(divisor);
      }
      return rest === 1 ? found : [...found, rest];
    },
  },
});
