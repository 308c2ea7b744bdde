/** Supervised actors on the channels of `@pneumatic/core`. */
export { actor, implement } from "./actor.ts";
export type { Address, AddressTo, AnyAddress, WeakAddress, WeakAddressTo } from "./address/address.ts";
export { type Poison, type Retry, retry } from "./cell/poison.ts";
export type { Clock, Scheduler } from "./clock.ts";
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
  MessageNotCloneableError,
  NothingToStashError,
  RoutingKeyError,
  SpawnRefusedError,
  StartFailedError,
  ThreadLimitError,
  ThreadLostError,
  UnknownMessageError,
} from "./errors.ts";
export type { CrashCause, ExitReason } from "./exit-reason.ts";
export type { DeadLetter } from "./mailbox/dead-letters.ts";
export type { DeadLetterReason, Ledger } from "./mailbox/ledger.ts";
export { bounded, type MailboxSpec, type Overflow, unbounded } from "./mailbox/overflow.ts";
export { priority } from "./mailbox/priority.ts";
export type { Ask, AskOptions, MessageNamed, MessageOf, ReplyOf } from "./protocol.ts";
export { type Registry, type RegistryKey, type RegistryKeyFor, registryKey } from "./registry/registry.ts";
export { type Subscriber, type Topic, type Topics, topic } from "./registry/topics.ts";
export type { BroadcastAddress, Route, RouterAddress, RouterAddressTo } from "./routing/address.ts";
export type {
  BroadcastArguments,
  BroadcastRouting,
  ElasticSize,
  HashedRouting,
  PlainRouting,
  RouteArguments,
  RouterSize,
  RoutingStrategy,
} from "./routing/options.ts";
export type { RouteeInfo } from "./routing/pool.ts";
export type { SupervisorAddress } from "./supervisor/address.ts";
export type { Backoff } from "./supervisor/backoff.ts";
export {
  type AddressOf,
  type ChildSpec,
  type ChildSpecs,
  child,
  type SupervisorSpec,
  supervisor,
} from "./supervisor/child-spec.ts";
export type { Intensity } from "./supervisor/intensity.ts";
export type { Restart } from "./supervisor/restart-policy.ts";
export type {
  ChildOptions,
  LifeOptions,
  RootOptions,
  SpawnArguments,
  SpawnOptions,
  ThreadOptions,
} from "./supervisor/spawn-options.ts";
export type { Strategy } from "./supervisor/strategy.ts";
export type { ChildInfo } from "./supervisor/supervisor.ts";
export type { ActorInspection, ActorState, SystemInspection } from "./system/inspect.ts";
export type { ActorSystemOptions } from "./system/options.ts";
export { ActorSystem } from "./system/system.ts";
export { blocking } from "./threads/blocking.ts";
export { onThread } from "./threads/on-thread.ts";
