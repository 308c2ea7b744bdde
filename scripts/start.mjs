/** `npm start`: sets up, then runs the crawler in this process, in the folder that npm was called from. */
import { root, setUp } from "./setup.mjs";

setUp();
process.chdir(process.env["INIT_CWD"] ?? root);
await import("../examples/crawler/dist/main.js");
