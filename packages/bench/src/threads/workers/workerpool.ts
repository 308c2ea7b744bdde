/** What workerpool runs. */
import { worker } from "workerpool";

worker({ echo: (question: unknown) => question });
