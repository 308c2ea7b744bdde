/**
 * The public interface of each package: a block for each exported name, so that a review sees what changes for users. Update the
 * snapshots with `npm test -- test/api -u`, and say so in a changeset.
 */
import { describe, expect, it } from "vitest";
import type { PublicInterface } from "../support/public-interface.ts";
import { publicInterfaces } from "../support/public-interface.ts";

/** The names that an exported one mentions and that nobody has to write, with the reason why they are not exported. */
const UNEXPORTED: Readonly<Record<string, readonly string[]>> = {
  "@pneumatic/core": [
    ...["SelectedPair", "Untimed"], // compute the result of a select from its arms
    ...["ErrorKind", "NOT_RECEIVED_REASONS", "NotReceived", "StacklessError", "UNSENT_REASONS", "Unsent"], // kinds of errors
  ],
  "@pneumatic/core/testing": [],
  "@pneumatic/core/threads": ["ends"], // carries a type parameter
  "@pneumatic/actors": [
    ...["AnyHandlers", "CheckHandlers", "Frame", "HandlersOf", "MaybePromise", "MethodOf", "NoOthers"], // infer an actor
    ...["GeneratorFault", "IsGenerator", "Names", "ObjectFault", "Payload", "PayloadFault", "Unfit", "unfit"], // say why something is no message
    "TypeMissing", // says what a call of onThread lacks
    ...["argument", "definition", "protocol", "published", "registered"], // carry a type parameter
    ...["Deliveries", "Name", "Step", "WithArgs"], // parts of an exported type that stand by themselves
  ],
  "@pneumatic/actors/testing": ["Names"],
};

function textOf(entry: string, { exported, unexported }: PublicInterface): string {
  const blocks = [`// ${entry}: the names that it exports.`, ...exported.map(({ text }) => text)];
  if (unexported.length > 0) {
    blocks.push("// Mentioned above, but not exported.", ...unexported.map(({ text }) => text));
  }
  return `${blocks.join("\n\n")}\n`;
}

const interfaces = publicInterfaces();

describe.each([...interfaces])("%s", (entry, found) => {
  const file = entry.replace("@pneumatic/", "").replace("/", "-");

  it("has the interface that is on record", async () => {
    await expect(textOf(entry, found)).toMatchFileSnapshot(`${file}.api.txt`);
  });

  it("mentions no name that it does not export, but for those with a reason", () => {
    expect(found.unexported.map(({ name }) => name)).toEqual([...(UNEXPORTED[entry] ?? [])].sort());
  });
});

it("gives no name to two different things", () => {
  const exported = [...interfaces.values()].flatMap((found) => found.exported);
  const textOfName = new Map(exported.map(({ name, text }) => [name, text]));
  expect(exported.filter(({ name, text }) => textOfName.get(name) !== text).map(({ name }) => name)).toEqual([]);
});
