/** Supervised actors on the channels of `@pneumatic/core`. */

export type { Clock } from "@pneumatic/core/testing";
export { MessageNotCloneableError } from "@pneumatic/core/threads";
export { actor, implement } from "./actor.ts";
export type { Address, AddressTo, AnyAddress, WeakAddress, WeakAddressTo } from "./address/address.ts";
export { type Poison, type Retry, retry } from "./cell/poison.ts";
export type { Context, StartContext, Timers } from "./context.ts";
export type { ArgsOf, Definition, NoMessages, ProtocolOf } from "./definition.ts";
export { type ActorEvent, type DiagnosticsEvents, subscribe } from "./diagnostics.ts";
export {
  ActorPanickedError,
  ActorStoppedError,
  AskTimeoutError,
  BroadcastAskError,
  DeadlockError,
  DuplicateKeyError,
  DuplicateNameError,
  InvalidDefinitionError,
  InvalidMessageError,
  LoadFailedError,
  MailboxFullError,
  NothingToStashError,
  RoutingKeyError,
  SpawnRefusedError,
  StartFailedError,
  StartTimeoutError,
  ThreadLimitError,
  ThreadLostError,
  UnknownMessageError,
} from "./errors.ts";
export type { CrashCause, ExitReason } from "./exit-reason.ts";
export { bounded, unbounded } from "./mailbox/bounded.ts";
export type { DeadLetter, DeadLetterReason } from "./mailbox/dead-letter.ts";
export type { Ledger } from "./mailbox/ledger.ts";
export type { MailboxSpec, Overflow } from "./mailbox/mailbox-spec.ts";
export { priority } from "./mailbox/priority.ts";
export type { Ask, AskOptions, MessageNamed, MessageOf, ReplyOf } from "./protocol.ts";
export { type Registry, type RegistryKey, type RegistryKeyFor, registryKey } from "./registry/registry.ts";
export { type Subscriber, type Topic, type Topics, topic } from "./registry/topics.ts";
export type { BroadcastAddress, Route, RouteeInfo, RouterAddress, RouterAddressTo } from "./routing/router-address.ts";
export type {
  BroadcastArguments,
  BroadcastRouting,
  ElasticSize,
  HashedRouting,
  PlainRouting,
  RouteArguments,
  RouterSize,
  RoutingStrategy,
} from "./routing/router-options.ts";
export type { Scheduler } from "./scheduler.ts";
export type {
  Backoff,
  ChildOptions,
  Intensity,
  LifeOptions,
  Restart,
  RootOptions,
  SpawnArguments,
  SpawnOptions,
  SuperviseOptions,
  ThreadOptions,
} from "./supervisor/actor-options.ts";
export type {
  AddressOf,
  ChildInfo,
  ChildSpec,
  ChildSpecs,
  Strategy,
  SupervisorAddress,
  SupervisorSpec,
} from "./supervisor/supervisor-address.ts";
export { child, supervisor } from "./supervisor/supervisor-spec.ts";
export type { ActorInspection, ActorState, Health, SystemInspection } from "./system/inspection.ts";
export { ActorSystem } from "./system/system.ts";
export type { ActorSystemOptions, SystemLogger } from "./system/system-options.ts";
export { blocking } from "./threads/blocking.ts";
export { onThread } from "./threads/on-thread.ts";
