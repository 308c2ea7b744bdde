/** The results of an encode that are no size. Both are negative, so `< 0` asks for either. */

/** The record does not fit. */
export const TOO_LARGE = -1;
/** This codec does not write the value: it must go by structured clone. */
export const FOREIGN = -2;
