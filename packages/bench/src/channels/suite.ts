/** The suite of channels, in the order in which it is run and shown. */
import type { Suite } from "../runner/suite.ts";
import { PACKAGES } from "./catalogue.ts";
import { awaiting } from "./workloads/await.ts";
import { burst } from "./workloads/burst.ts";
import { burstAwait } from "./workloads/burst-await.ts";
import { eightSenders } from "./workloads/eight-senders.ts";
import { eventLoop } from "./workloads/event-loop.ts";
import { forAwait } from "./workloads/for-await.ts";
import { mpmc } from "./workloads/mpmc.ts";
import { oneshot } from "./workloads/oneshot.ts";
import { pingPong } from "./workloads/ping-pong.ts";
import { pipeline } from "./workloads/pipeline.ts";
import { receiveMany } from "./workloads/receive-many.ts";
import { select } from "./workloads/select.ts";
import { trying } from "./workloads/try.ts";

export const channels: Suite = {
  name: "channels",
  workloads: [
    burst,
    burstAwait,
    ...awaiting,
    ...trying,
    ...eightSenders,
    pingPong,
    pipeline,
    select,
    forAwait,
    ...receiveMany,
    mpmc,
    oneshot,
    eventLoop,
  ],
  packages: PACKAGES,
};
