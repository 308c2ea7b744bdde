/** A model as boxes and text, 22 lines high: a terminal has 24. */
import { stripVTControlCharacters } from "node:util";
import { Box, Text } from "ink";
import type { ReactNode } from "react";
import type { Model } from "./model.ts";
import { LOADS_SHOWN } from "./model.ts";

const BARS = "▁▂▃▄▅▆▇█";

export function Dashboard({ model }: { readonly model: Model }): ReactNode {
  const { files, changes, lines, tail, loads, failures, isEnding } = model;
  const now = loads.at(-1);
  return (
    <Box flexDirection="column">
      <Panel title={`files: ${files.added} added, ${files.changed} changed, ${files.removed} removed`} rows={changes} />
      <Panel title={`log: ${lines} lines`} rows={tail} />
      <Panel
        title="machine"
        rows={[
          `load   ${now?.processes.toFixed(1) ?? "-"} ${bars(loads.map(({ processes }) => processes))}`,
          `memory ${now === undefined ? "-" : Math.round(now.memory * 100)}%`,
        ]}
      />
      {failures.map((failure) => (
        <Text key={failure} color="red">
          {failure}
        </Text>
      ))}
      <Text dimColor>{isEnding ? "ending" : "q quits, c clears"}</Text>
    </Box>
  );
}

function Panel({ title, rows }: { readonly title: string; readonly rows: readonly string[] }): ReactNode {
  return (
    <Box flexDirection="column" borderStyle="round" paddingX={1}>
      <Text bold>{title}</Text>
      <Text wrap="truncate">{rows.map(printable).join("\n")}</Text>
    </Box>
  );
}

/** Without what moves the cursor: names of files and lines of logs may have anything in them. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, " ");
}

/** A bar for each number, the highest as high as a line. */
function bars(values: readonly number[]): string {
  const highest = Math.max(1, ...values);
  const bar = (value: number): string =>
    BARS[Math.min(BARS.length - 1, Math.floor((value / highest) * BARS.length))] ?? "";
  return values.slice(-LOADS_SHOWN).map(bar).join("");
}
