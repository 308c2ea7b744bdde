/** What a stranger may cost the chat, and those who are in it: every limit that the command line does not set, or its default. */

/** Characters of a line, and of a name. */
export const MAX_LINE = 1000;
export const MAX_NAME = 20;

/** From one line of a client to the next, or from one piece of garbage. */
export const PACE_MS = 20;
/** Lines that may wait for a client, beyond what the network buffers, before it is cut off. */
export const MAX_UNREAD = 256;
/** Lines of a client that may wait for its session, and lines that may wait for a room. */
export const MAX_UNHEARD = 4;
export const MAX_UNSAID = 64;
/** Lines of a room that are kept for those who come later. */
export const HISTORY = 50;
/** Names of a room that `/who` tells. */
export const MAX_NAMES_TOLD = 50;

/** How long a private message may wait for its reader. */
export const WHISPER_MS = 2000;
/** How long a client may stay without a name. */
export const NAMELESS_MS = 60_000;
/** How long a client may take to read its last lines. */
export const LINGER_MS = 2000;
/** How long a client may take to ask for a WebSocket. */
export const HANDSHAKE_MS = 10_000;
/** After this long without a word a client is asked whether it is still there: by TCP, so that it need not answer itself. */
export const KEEP_ALIVE_MS = 60_000;

/** Clients of a transport, in all and from one host. */
export const MAX_CLIENTS = 10_000;
export const MAX_CLIENTS_OF_A_HOST = 1000;
/** One client more than there may be is told so. With so many more, none is told. */
export const MAX_TOLD = 100;
