/** The options that a channel is made with. */

/** The behaviour of a channel that its maker can choose. */
export interface ChannelOptions {
  /**
   * If true, the default, `send`, `recv` and iteration let timers and I/O have their turn although they are always ready:
   * after 2 ms without a turn of the event loop they resolve in the next one. Set it to false if every microsecond counts and
   * something else yields. (After tokio's cooperative budget.)
   */
  readonly cooperative?: boolean | undefined;
}
