/** From a handle to the actor behind it. */
import { targetOf } from "../address/handle.ts";
import { InvalidDefinitionError } from "../errors.ts";
import { Cell } from "./cell.ts";

/** The record of the actor, supervisor or router that `address` is a handle on; refuses anything else. */
export function cellOf(address: unknown): Cell {
  const target = targetOf(address);
  if (target instanceof Cell) return target;
  throw new InvalidDefinitionError("An actor is named by one of its addresses");
}
