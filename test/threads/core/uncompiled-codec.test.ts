/** Where the platform forbids to compile strings, the codec does without. */
import { expect, test } from "vitest";
import { runNode } from "../../support/node-process.ts";

const PROGRAM = `
  import { isDeepStrictEqual } from "node:util";
  import { Decoder } from "./packages/core/dist/threads/codec/decoder.js";
  import { Encoder } from "./packages/core/dist/threads/codec/encoder.js";
  let isCompiling = true;
  try { new Function(""); } catch { isCompiling = false; }
  const memory = new SharedArrayBuffer(4096);
  const [encoder, decoder] = [new Encoder(memory), new Decoder(memory)];
  let equal = 0;
  for (let n = 0; n < 1000; n++) {
    const message = JSON.parse('{ "type": "add", "by": ' + n + ', "__proto__": { "x": [0.5, "' + n + '"] }, "1": null }');
    if (isDeepStrictEqual(decoder.decode(0, encoder.encode(message, 0, 4096)), message)) equal++;
  }
  console.log(isCompiling, equal, Object.keys(Object.prototype).length);
`;

test.each([
  ["forbidden", ["--disallow-code-generation-from-strings"], "false 1000 0\n"],
  ["allowed", [], "true 1000 0\n"],
])("messages arrive where compiling strings is %s", async (_, flags, output) => {
  const program = ["--input-type=module", "--eval", PROGRAM];
  expect(await runNode([...flags, ...program], { NODE_OPTIONS: "" })).toEqual({ code: 0, output });
});
