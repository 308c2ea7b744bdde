/** What an encode says instead of a size. Both are negative, so `< 0` asks for either. */

/** The record does not fit. */
export const TOO_LARGE = -1;
/** The value is not written by this codec: it must go by structured clone. */
export const FOREIGN = -2;
