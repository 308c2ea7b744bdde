/**
 * Chooses the production build of React, which decides when it is imported: so this is imported first. The one for development
 * notes down how long each draw takes, and forgets none of it: four entries per frame.
 */
process.env["NODE_ENV"] ??= "production";
