/**
 * What an import costs the compiler and the editor of a user: the declaration files of the public interface, and none of the
 * runtime. A public type stands in a file that declares nothing else.
 */
import { describe, expect, it } from "vitest";
import { loadedFiles, publicEntries, strayNames } from "../support/public-interface.ts";

/** The files that declare the public interface. */
const PUBLIC = [
  "actors/actor",
  "actors/address/address",
  "actors/cell/poison",
  "actors/context",
  "actors/definition",
  "actors/diagnostics",
  "actors/errors",
  "actors/exit-reason",
  "actors/index",
  "actors/mailbox/bounded",
  "actors/mailbox/dead-letter",
  "actors/mailbox/ledger",
  "actors/mailbox/mailbox-spec",
  "actors/mailbox/priority",
  "actors/protocol",
  "actors/registry/registry",
  "actors/registry/topics",
  "actors/routing/router-address",
  "actors/routing/router-options",
  "actors/scheduler",
  "actors/supervisor/actor-options",
  "actors/supervisor/supervisor-address",
  "actors/supervisor/supervisor-spec",
  "actors/system/inspection",
  "actors/system/system",
  "actors/system/system-options",
  "actors/testing/errors",
  "actors/testing/explore",
  "actors/testing/fault",
  "actors/testing/index",
  "actors/testing/probe",
  "actors/testing/recording-probe",
  "actors/testing/test-system",
  "actors/testing/virtual-clock",
  "actors/threads/blocking",
  "actors/threads/on-thread",
  "core/channel",
  "core/channel-options",
  "core/clock",
  "core/errors",
  "core/index",
  "core/mpmc",
  "core/oneshot",
  "core/permit",
  "core/receiver",
  "core/result",
  "core/select",
  "core/sender",
  "core/streams",
  "core/testing/index",
  "core/threads/codec/errors",
  "core/threads/ends/errors",
  "core/threads/index",
  "core/threads/port",
  "core/threads/recv-sync",
  "core/threads/ref",
  "core/threads/transfer",
  "core/threads/link/transfer-list",
  "core/timers",
  "core/wait-options",
];

describe("the compiler of a consumer", () => {
  const entries = publicEntries().map((entry) => ({ entry, files: loadedFiles(entry) }));

  it.each(entries)("loads no file but those of the public interface for $entry", ({ files }) => {
    expect(files.filter((file) => !PUBLIC.includes(file))).toEqual([]);
  });

  it("loads each of them for some entry", () => {
    const loaded = new Set(entries.flatMap(({ files }) => files));
    expect(PUBLIC.filter((file) => !loaded.has(file))).toEqual([]);
  });

  it("finds nothing in them that is not public", () => {
    const strays = [...strayNames()];
    expect(strays).toEqual([]);
  });
});
