/** The options that a channel is made with. */

/** What can be chosen when a channel is made. */
export interface ChannelOptions {
  /**
   * Whether `send`, `recv` and iteration make room for timers and I/O when they are always ready: after 2 ms without a turn
   * of the event loop they resolve in the next one. Default true; false where every microsecond counts and something
   * else yields. (After tokio's cooperative budget.)
   */
  readonly cooperative?: boolean | undefined;
}
