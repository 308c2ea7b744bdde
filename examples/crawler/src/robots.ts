/** robots.txt, by a library whose types promise a default export where its code has none. */
import robotsParser from "robots-parser";

type Robots = import("robots-parser").Robot;

export const parseRobots = robotsParser as unknown as (url: string, text: string) => Robots;
